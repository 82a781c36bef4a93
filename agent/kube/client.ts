/** Requests to the API server: JSON in, JSON out, with a deadline each. */
import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { type AccessOptions, loadAccess } from './access.ts';
import { ApiError } from './api-error.ts';
import { exchange } from './exchange.ts';

export interface KubeRequest {
  /** Default GET. */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
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

/** The API server that a configuration names. */
export class KubeClient {
  readonly #options: AccessOptions;
  /** Read anew after a failure; it also holds the connections. */
  #access: KubeConfig | undefined;

  /** Throws a CniError when there is no configuration. Whether the API server answers is not looked at. */
  constructor(options: AccessOptions) {
    this.#options = options;
    this.#access = loadAccess(options);
  }

  /** Such as `https://10.96.0.1:443`. */
  get server(): string {
    return this.#fresh().getCurrentCluster()?.server ?? '';
  }

  /** The answer's object. Throws an ApiError for one that is no success. */
  async request<T>(request: KubeRequest): Promise<T> {
    const deadline = new Deadline(request);
    try {
      const response = await this.#send(request, deadline);
      return JSON.parse(await text(response)) as T;
    } finally {
      deadline.done();
    }
  }

  /** The answer as a stream, for as long as the server sends; `request.signal` ends it. */
  async open(request: KubeRequest): Promise<IncomingMessage> {
    const deadline = new Deadline(request);
    try {
      const response = await this.#send(request, deadline);
      deadline.passed();
      return response;
    } catch (error) {
      deadline.done();
      throw error;
    }
  }

  async #send(request: KubeRequest, deadline: Deadline): Promise<IncomingMessage> {
    const used = this.#access;
    try {
      const response = await this.#attempt(request, deadline);
      // A token that was replaced before its time: the files are read anew, and then the answer counts.
      if (response.statusCode !== 401 || used === undefined) return await successful(response);
      await text(response);
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
    const content = body === undefined ? undefined : JSON.stringify(body);
    const url = new URL(`${access.getCurrentCluster()?.server}${path}`);
    for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, value);
    const options: RequestOptions = {};
    await access.applyToHTTPSOptions(options);
    // The library keeps one agent, but lets it close the connection behind each request.
    Object.assign(options.agent as object, { keepAlive: true });
    options.headers = {
      ...options.headers,
      accept: 'application/json',
      'user-agent': 'multivrf-agent',
      ...(content === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      // Node leaves it out of a DELETE, whose body the server would take for the next request.
    };
    return exchange({ url, method, options, body: content, signal: deadline.signal });
  }

  #fresh(): KubeConfig {
    this.#access ??= loadAccess(this.#options);
    return this.#access;
  }
}

async function successful(response: IncomingMessage): Promise<IncomingMessage> {
  const { statusCode: code = 0, headers } = response;
  if (code >= 200 && code < 300) return response;
  throw ApiError.of(code, await text(response), headers['retry-after']);
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
