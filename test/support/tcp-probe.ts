/**
 * Run inside a namespace: tries all TCP destinations at once and prints, as JSON, how each ended.
 *
 * usage: node tcp-probe.ts '[{"address": "192.0.2.1", "port": 179, "device": "net1"}]'
 */
import net from 'node:net';
import koffi from 'koffi';

interface Destination {
  address: string;
  port: number;
  /** Binds the socket to this interface, which Node cannot do by itself. */
  device?: string;
}

/** A silent destination is given up after this many milliseconds. */
const patience = 1_000;

// linux/socket.h, asm-generic/socket.h
const [AF_INET, AF_INET6, SOCK_STREAM, SOCK_NONBLOCK, SOCK_CLOEXEC] = [2, 10, 1, 0o4000, 0o2000000];
const [SOL_SOCKET, SO_BINDTODEVICE] = [1, 25];

const libc = koffi.load('libc.so.6');
const socket = libc.func('int socket(int, int, int)');
const setsockopt = libc.func('int setsockopt(int, int, int, str, uint32_t)');

function boundTo(device: string, family: number): net.Socket {
  const fd: number = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, device.length) !== 0) {
    throw new Error(`no socket bound to ${device}: errno ${koffi.errno()}`);
  }
  return new net.Socket({ fd, readable: false, writable: true });
}

/** `open`, or the error's name; `ETIMEDOUT` for silence. */
function outcome({ address, port, device }: Destination): Promise<string> {
  const family = net.isIPv6(address) ? AF_INET6 : AF_INET;
  const connection = device === undefined ? new net.Socket() : boundTo(device, family);
  return new Promise((resolve) => {
    const end = (how: string) => {
      clearTimeout(timer);
      connection.destroy();
      resolve(how);
    };
    const timer = setTimeout(end, patience, 'ETIMEDOUT');
    connection.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    connection.once('connect', () => end('open'));
    connection.connect({ host: address, port });
  });
}

const destinations: Destination[] = JSON.parse(process.argv[2] ?? '[]');
process.stdout.write(JSON.stringify(await Promise.all(destinations.map(outcome))));
