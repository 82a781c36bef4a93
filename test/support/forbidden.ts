/**
 * Run in an agent's place, with its privileges: tries what an agent must not be able to do and prints, as JSON, how each ended,
 * `done` or the error's name.
 *
 * usage: node forbidden.ts NAMESPACE PID DIRECTORY
 *   NAMESPACE  file of a network namespace    PID  of somebody else's process    DIRECTORY  where it may make files
 */
import { openSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import koffi from 'koffi';

const [namespace = '', pid = '', directory = ''] = process.argv.slice(2);
const libc = koffi.load('libc.so.6');
const c = {
  setns: libc.func('int setns(int fd, int type)'),
  unshare: libc.func('int unshare(int flags)'),
  mount: libc.func(
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, void *data)',
  ),
  ptrace: libc.func('long ptrace(long request, int pid, void *address, void *data)'),
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  open: libc.func('int open(const char *path, int flags)'),
  mknod: libc.func('int mknod(const char *path, uint32_t mode, uint64_t device)'),
  chroot: libc.func('int chroot(const char *path)'),
};
const [CLONE_NEWNET, PTRACE_SEIZE, O_RDWR] = [0x40000000, 0x4206, 2];
const [AF_INET, AF_PACKET, SOCK_RAW, IPPROTO_ICMP] = [2, 17, 3, 1];
const S_IFCHR = 0o020000;
/** linux/major.h MEM_MAJOR, minor 1. */
const devMem = 0x101;

function outcome(result: number): string {
  if (result >= 0) return 'done';
  return getSystemErrorMap().get(-koffi.errno())?.[0] ?? `errno ${koffi.errno()}`;
}

/** The last ones change the process itself. */
const attempts: Record<string, () => number> = {
  'a raw socket': () => c.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP),
  'a packet socket': () => c.socket(AF_PACKET, SOCK_RAW, 0),
  ptrace: () => c.ptrace(PTRACE_SEIZE, Number(pid), null, null),
  'opening /dev/mem': () => c.open('/dev/mem', O_RDWR),
  'making such a device': () => c.mknod(`${directory}/mem`, S_IFCHR | 0o600, devMem),
  mount: () => c.mount('none', directory, 'tmpfs', 0, null),
  unshare: () => c.unshare(CLONE_NEWNET),
  setns: () => c.setns(openSync(namespace, 'r'), CLONE_NEWNET),
  chroot: () => c.chroot(directory),
};

const results = Object.entries(attempts).map(([name, attempt]) => [name, outcome(attempt())]);
process.stdout.write(JSON.stringify(Object.fromEntries(results)));
