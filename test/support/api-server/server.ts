/**
 * An API server for tests: real HTTP over a real socket, with the rules of the Kubernetes API reference for what the agent
 * uses of it. Its own tests (api-server.test.ts) hold it to them.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { json, send } from './body.ts';
import { discovered } from './discovery.ts';
import { Failure, invalid } from './failure.ts';
import {
  daemonSets,
  events,
  type Kind,
  namespaces,
  nodes,
  parsePath,
  pods,
  type Target,
  vrfAddresses,
  vrfAttachments,
  vrfs,
} from './kinds.ts';
import { Continuations, list } from './list.ts';
import type { Draft, KubeObject } from './objects.ts';
import { patch } from './patch.ts';
import { type LoggedRequest, RequestLog } from './request-log.ts';
import { Store } from './store.ts';
import { type GoneAs, Watches } from './watch.ts';
import { create, read, remove, update } from './write.ts';

export interface ApiServerOptions {
  kinds?: readonly Kind[];
  /** Certificate and key in PEM; without them it speaks plain HTTP. */
  tls?: { cert: string; key: string };
  /** Runs the call that opens the listening socket, and so may choose the network namespace it is in. */
  within?: (listen: () => void) => void;
}

const verbs: Partial<Record<string, LoggedRequest['verb']>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

export class ApiServer {
  readonly store = new Store();
  readonly watches = new Watches();
  readonly log = new RequestLog();
  /** What clients must send as their bearer token. */
  token = 'test-token';
  /** What is answered 403, as when a role has gone: `get pods`, in the words of the log. Open watches go on. */
  readonly forbidden = new Set<string>();
  /** How a watch from a version that is too old is refused. */
  goneAs: GoneAs = 'event';
  /** Milliseconds that each answer takes longer. */
  latency = 0;
  /** How many connections clients have made. */
  connections = 0;
  readonly #sockets = new Set<Socket>();
  #bytesOfClosed = 0;
  readonly #kinds: readonly Kind[];
  readonly #rests = new Continuations();
  readonly #options: ApiServerOptions;
  readonly #held = new Set<ServerResponse>();
  #server: Server | undefined;
  #port = 0;
  #throttled = { requests: 0, retryAfter: 0 };
  #hangs = false;

  constructor(options: ApiServerOptions = {}) {
    this.#options = options;
    this.#kinds = options.kinds ?? [vrfs, vrfAddresses, vrfAttachments, nodes, pods, events, namespaces, daemonSets];
  }

  get url(): string {
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  /** Sent to all clients, headers included. */
  get bytesSent(): number {
    return [...this.#sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, this.#bytesOfClosed);
  }

  /** Opens the socket: the first time on any free port, then on that one again. */
  async start(): Promise<void> {
    const handle = (request: IncomingMessage, response: ServerResponse) => void this.#handle(request, response);
    const { tls, within = (listen) => listen() } = this.#options;
    const server = tls ? createTlsServer(tls, handle) : createServer(handle);
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        this.#bytesOfClosed += socket.bytesWritten;
      });
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('listening', resolve).once('error', reject);
    // Without a host the socket is made in this call, and not after a look-up.
    within(() => server.listen(this.#port));
    await promise;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** An outage: all connections are cut, and new ones refused until the next start. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  }

  /** From now on requests are accepted and never answered, and open watches are silent; `false` ends it by cutting them. */
  hang(hangs: boolean): void {
    this.#hangs = hangs;
    this.watches.silent = hangs;
    if (hangs) return;
    this.watches.cut();
    for (const response of this.#held) response.destroy();
    this.#held.clear();
  }

  /** The next so many requests are answered 429. */
  throttle(requests: number, retryAfter: number): void {
    this.#throttled = { requests, retryAfter };
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://server');
      const target = parsePath(pathname, this.#kinds);
      const asked = this.#note(request, target, query);
      if (this.#hangs) {
        this.#held.add(response);
        return;
      }
      if (request.headers.authorization !== `Bearer ${this.token}`)
        throw new Failure(401, 'Unauthorized', 'Unauthorized');
      if (this.#throttled.requests > 0) {
        this.#throttled.requests -= 1;
        throw new Failure(
          429,
          'TooManyRequests',
          'the server has received too many requests and has asked us to try again later',
          this.#throttled.retryAfter,
        );
      }
      if (this.latency > 0) await sleep(this.latency);
      const about = request.method === 'GET' ? discovered(pathname, this.#kinds) : undefined;
      if (about) {
        send(response, 200, about);
        return;
      }
      if (!target || !asked) {
        // No Status: nobody is there to make one.
        send(response, 404, '404 page not found\n');
        return;
      }
      if (this.forbidden.has(`${asked.verb} ${asked.resource}`))
        throw new Failure(403, 'Forbidden', `${asked.resource} is forbidden: User "agent" cannot ${asked.verb} it`);
      if (query.has('sendInitialEvents'))
        // As a server without the feature gate WatchList; clients then list first.
        throw invalid('ListOptions', '', 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch');
      if (request.method === 'GET' && query.get('watch') === 'true') {
        this.watches.serve(this.store, target, query, response, this.goneAs);
        return;
      }
      const [code, object] = this.#answer(request, target, query, await text(request));
      send(response, code, object);
    } catch (error) {
      const failure = error instanceof Failure ? error : new Failure(500, 'InternalError', String(error));
      send(response, failure.code, failure.status, failure.retryAfter);
    }
  }

  #answer(request: IncomingMessage, target: Target, query: URLSearchParams, body: string): [number, object] {
    const { store } = this;
    const one = target.name !== undefined;
    switch (request.method) {
      case 'GET':
        return [200, one ? read(store, target) : list(store, target, query, this.#rests)];
      case 'POST':
        if (!one) return [201, create(store, target, json(body))];
        break;
      case 'PUT':
        if (one) return [200, update(store, target, json(body))];
        break;
      case 'PATCH':
        if (one) {
          const { object, created } = patch(store, target, request.headers['content-type'] ?? '', body, query);
          return [created ? 201 : 200, object];
        }
        break;
      case 'DELETE':
        if (one) return [200, remove(store, target, body === '' ? undefined : json(body))];
        break;
    }
    throw new Failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
  }

  #note(
    { method = 'GET' }: IncomingMessage,
    target: Target | undefined,
    query: URLSearchParams,
  ): LoggedRequest | undefined {
    if (!target) return undefined;
    const { kind, name, subresource } = target;
    const reading = query.get('watch') === 'true' ? 'watch' : name === undefined ? 'list' : 'get';
    const resource = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`;
    const asked = { verb: verbs[method] ?? reading, resource, name, query: query.toString() };
    this.log.add(asked);
    return asked;
  }

  /** Creates an object or, where there is one of its name, puts it in its place; as kubectl would, but without HTTP. */
  put(kind: Kind, { namespace, name }: { namespace?: string; name: string }, draft: Draft): KubeObject {
    const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    const target: Target = { kind, name, ...(namespace === undefined ? {} : { namespace }) };
    const whole = { apiVersion, kind: kind.kind, ...draft, metadata: { ...draft.metadata, name } };
    const old = this.store.get(kind, namespace, name);
    if (!old) {
      const { name: _, ...collection } = target;
      return create(this.store, collection, whole);
    }
    const { resourceVersion } = old.metadata;
    return update(this.store, target, { ...whole, metadata: { ...whole.metadata, resourceVersion } });
  }

  /** Deletes an object, as kubectl would. */
  delete(kind: Kind, { namespace, name }: { namespace?: string; name: string }): void {
    remove(this.store, { kind, name, ...(namespace === undefined ? {} : { namespace }) }, undefined);
  }
}
