/** One HTTP request, with Node's own client: fetch and its streams would cost the agent 10 MiB of memory. */
import { type IncomingMessage, request as plain } from 'node:http';
import { type RequestOptions, request as secure } from 'node:https';

export interface Exchange {
  url: URL;
  method: string;
  /** Headers, agent with its connections, and what TLS needs. */
  options: RequestOptions;
  body?: string | undefined;
  signal: AbortSignal;
}

/** Resolves when the headers of the answer are there. Rejects with what the socket or TLS says, or the signal's reason. */
export function exchange({ url, method, options, body, signal }: Exchange): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = url.protocol === 'https:' ? secure : plain;
  const request = send(url, { ...options, method, signal }, resolve);
  request.once('error', (error) => reject(signal.aborted ? signal.reason : error));
  // Of a DELETE Node would send the body without saying how long it is: the server takes it for the next request.
  if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body));
  request.end(body);
  return promise;
}
