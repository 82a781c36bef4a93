import { setOption } from './sys/libc.ts';

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;

/** Gives a socket room for that many bytes of what has not been read yet, or as much as is allowed (net.core.rmem_max). */
export function enlargeReceiveBuffer(fd: number, bytes: number): void {
  try {
    setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes);
  } catch {
    setOption(fd, SOL_SOCKET, SO_RCVBUF, bytes);
  }
}
