/** Bodies of requests and answers. */
import type { ServerResponse } from 'node:http';
import { badRequest } from './failure.ts';
import type { Draft } from './objects.ts';

/** Throws 400 for what is no JSON. */
export function json(body: string): Draft {
  try {
    return JSON.parse(body) as Draft;
  } catch (error) {
    throw badRequest(`the request body is not JSON: ${(error as Error).message}`);
  }
}

/** An answer that has begun already cannot become an error: then the connection is cut. */
export function send(response: ServerResponse, code: number, object: object | string, retryAfter?: number): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const more = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const isText = typeof object === 'string';
  response.writeHead(code, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json', ...more });
  response.end(isText ? object : JSON.stringify(object));
}
