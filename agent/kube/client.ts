/** Requests to the API server: JSON in, JSON out, with a deadline each. */
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import {
  type HttpMethod,
  IsomorphicFetchHttpLibrary,
  RequestContext,
  type ResponseContext,
} from '@kubernetes/client-node/dist/gen/http/http.js';
import { type AccessOptions, loadAccess } from './access.ts';
import { ApiError } from './api-error.ts';

export interface KubeRequest {
  method?: HttpMethod;
  /** Such as `/api/v1/nodes`. */
  path: string;
  query?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Of the body; default application/json. A PATCH names its kind of patch. */
  contentType?: string;
  /** Milliseconds until the headers of the answer must be there; default 10 s. */
  timeout?: number;
  signal?: AbortSignal;
}

/** The configuration in use, and its connections. The library would make new ones for each request. */
interface Access {
  config: KubeConfig;
  dispatcher?: ReturnType<RequestContext['getDispatcher']>;
}

const http = new IsomorphicFetchHttpLibrary();

export class KubeClient {
  readonly #options: AccessOptions;
  #access: Access | undefined;

  /** Throws a CniError when there is no configuration. Whether the API server answers is not looked at. */
  constructor(options: AccessOptions) {
    this.#options = options;
    this.#access = { config: loadAccess(options) };
  }

  /** Such as `https://10.96.0.1:443`. */
  get server(): string {
    return this.#fresh().config.getCurrentCluster()?.server ?? '';
  }

  /** The answer's object. Throws an ApiError for one that is no success. */
  async request<T>(request: KubeRequest): Promise<T> {
    const deadline = new Deadline(request);
    try {
      const response = await this.#send(request, deadline);
      return JSON.parse(await response.body.text()) as T;
    } finally {
      deadline.done();
    }
  }

  /** The answer as a stream, for as long as the server sends; `request.signal` ends it. */
  async open(request: KubeRequest): Promise<ReadableStream<Uint8Array>> {
    const deadline = new Deadline(request);
    try {
      const response = await this.#send(request, deadline);
      const stream = response.body.stream();
      if (!stream) throw new Error('the answer has no body');
      deadline.passed();
      return stream;
    } catch (error) {
      deadline.done();
      throw error;
    }
  }

  async #send(request: KubeRequest, deadline: Deadline): Promise<ResponseContext> {
    const used = this.#access;
    try {
      const response = await this.#attempt(request, deadline);
      // A token that was replaced before its time: the files are read anew, and then the answer counts.
      if (response.httpStatusCode !== 401 || used === undefined) return await successful(response);
      await response.body.text();
      this.#access = undefined;
      return await successful(await this.#attempt(request, deadline));
    } catch (error) {
      // The server's certificate, its address or ours may have changed.
      if (!(error instanceof ApiError)) this.#access = undefined;
      throw deadline.reason ?? error;
    }
  }

  async #attempt({ method = 'GET', path, query, body, contentType }: KubeRequest, deadline: Deadline) {
    const access = this.#fresh();
    const context = new RequestContext(`${access.config.getCurrentCluster()?.server}${path}`, method);
    for (const [key, value] of Object.entries(query ?? {})) context.setQueryParam(key, value);
    context.setHeaderParam('Accept', 'application/json');
    context.setHeaderParam('User-Agent', 'multivrf-agent');
    if (body !== undefined) {
      context.setHeaderParam('Content-Type', contentType ?? 'application/json');
      context.setBody(JSON.stringify(body));
    }
    await access.config.applySecurityAuthentication(context);
    access.dispatcher ??= context.getDispatcher();
    if (access.dispatcher) context.setDispatcher(access.dispatcher);
    context.setSignal(deadline.signal);
    return http.send(context).toPromise();
  }

  #fresh(): Access {
    this.#access ??= { config: loadAccess(this.#options) };
    return this.#access;
  }
}

async function successful(response: ResponseContext): Promise<ResponseContext> {
  const { httpStatusCode: code, headers } = response;
  if (code >= 200 && code < 300) return response;
  throw ApiError.of(code, await response.body.text(), headers['retry-after']);
}

/** One signal from the caller's and a timer; listeners are taken back, since the caller's signal lives long. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal | undefined;
  readonly #abort = () => this.#controller.abort(this.#outer?.reason);
  /** Why the request was given up, if it was by the timer. */
  reason: Error | undefined;

  constructor({ timeout = 10_000, signal }: KubeRequest) {
    this.#outer = signal;
    if (signal?.aborted) this.#abort();
    signal?.addEventListener('abort', this.#abort, { once: true });
    this.#timer = setTimeout(() => {
      this.reason = new Error(`no answer within ${timeout / 1000} s`);
      this.#controller.abort(this.reason);
    }, timeout);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The answer has begun and may take as long as it likes. */
  passed(): void {
    clearTimeout(this.#timer);
  }

  done(): void {
    this.passed();
    this.#outer?.removeEventListener('abort', this.#abort);
  }
}
