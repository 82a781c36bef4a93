/** Whether a server's port takes connections: one packet, so that many may ask often while it is away. */
import { connect } from 'node:net';

/** Milliseconds. */
const patience = 1_000;

/** `server` is a URL. Never rejects. */
export function isOpen(server: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  try {
    const { hostname, port, protocol } = new URL(server);
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: Number(port || (protocol === 'https:' ? 443 : 80)), timeout: patience });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket
      .once('connect', () => end(true))
      .once('timeout', () => end(false))
      .once('error', () => end(false));
    socket.unref();
  } catch {
    resolve(false);
  }
  return promise;
}
