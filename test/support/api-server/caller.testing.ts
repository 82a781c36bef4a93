/** Plain requests to the API server, by a client that knows nothing of Kubernetes. */
import type { ApiServer } from './server.ts';

/** What was answered; the body is whatever JSON it was. */
export interface Answer {
  code: number;
  retryAfter: string | null;
  body: Record<string, unknown>;
}

/** One request; a body that is no text is sent as JSON. */
export async function call(
  server: ApiServer,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${server.token}`, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    code: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: (await response.json()) as Answer['body'],
  };
}

/** The first `count` events of a watch, as `TYPE NAME`, and then it is ended; fewer when the server ends it. */
export async function watch(
  server: ApiServer,
  path: string,
  count: number,
  during: () => void = () => {},
): Promise<string[]> {
  const headers = { authorization: `Bearer ${server.token}` };
  const response = await fetch(server.url + path, { headers });
  during();
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const seen: string[] = [];
  let rest = '';
  while (seen.length < count) {
    const { done, value } = await reader.read();
    if (done) return seen;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    seen.push(...lines.map(summary));
  }
  await reader.cancel();
  return seen;
}

function summary(line: string): string {
  const { type, object } = JSON.parse(line);
  return `${type} ${object.metadata?.name ?? object.reason ?? object.metadata.resourceVersion}`;
}
