/** Named network namespaces as `ip netns` keeps them: a bind mount each in one directory. */
import { closeSync, existsSync, lstatSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { CniCode, CniError } from '../../common/errors.ts';
import { setLink } from '../netlink/codec/link.ts';
import { RouteSocket } from '../netlink/socket.ts';
import { bindMount, close, newNamespace, openPath, SystemError, unmount } from '../netlink/sys/libc.ts';
import type { Namespace, Place } from '../plan/kernel-object.ts';
import { inNamespace, inNewNamespace } from './inside.ts';
import { PlaceHandle } from './place.ts';

const loopback = 1;

/**
 * Of the file that a namespace is mounted on. The sticky bit, which means nothing on a file, is our mark while nothing
 * is mounted: it is there from the file's first moment, whenever the agent dies.
 */
const mountPointMode = 0o1444;
const sticky = 0o1000;

function needsSysAdmin(error: unknown, what: string): Error {
  if (error instanceof SystemError && error.code === 'EPERM') {
    return new CniError(
      CniCode.kernel,
      `the agent may not ${what}: ${error.message}`,
      'the namespace backend needs CAP_SYS_ADMIN in the agent; grant it, or use backend: device (on kernels with VRF devices)',
      { cause: error },
    );
  }
  return error as Error;
}

export class NamedNamespaces {
  readonly directory: string;
  readonly #open = new Map<string, PlaceHandle>();

  constructor(directory: string) {
    this.directory = directory;
  }

  path(name: string): string {
    return `${this.directory}/${name}`;
  }

  /** The handle of an existing namespace, undefined when there is none. */
  get(name: string): PlaceHandle | undefined {
    const known = this.#open.get(name);
    if (known) return known;
    if (!existsSync(this.path(name))) return undefined;
    const fd = openPath(this.path(name));
    try {
      const socket = inNamespace(fd, () => RouteSocket.open());
      const handle = new PlaceHandle(`vrf/${name}` as Place, socket, 'enter');
      this.#open.set(name, handle);
      return handle;
    } catch (error) {
      if (error instanceof SystemError && error.code === 'EINVAL') {
        if (this.#removeUnmounted(name)) return undefined;
        throw new CniError(
          CniCode.kernel,
          `${this.path(name)} is not a network namespace`,
          'multivrf did not make it: remove it or name the VRF differently',
        );
      }
      throw needsSysAdmin(error, `enter network namespace ${this.path(name)}`);
    } finally {
      close(fd);
    }
  }

  /** Makes a namespace, with its loopback up and marked. */
  create({ name, alias }: Namespace): PlaceHandle {
    const path = this.path(name);
    mkdirSync(this.directory, { recursive: true });
    closeSync(openSync(path, 'wx', mountPointMode));
    try {
      const socket = inNewNamespace(newNamespace, () => {
        const inside = RouteSocket.open();
        // Marked before it can be found: until it is mounted, the namespace goes with the agent.
        inside.request(setLink(loopback, { object: 'link-settings', in: 'node', dev: 'lo', alias, up: true }));
        bindMount('/proc/thread-self/ns/net', path);
        return inside;
      });
      const handle = new PlaceHandle(`vrf/${name}` as Place, socket, 'enter');
      this.#open.set(name, handle);
      return handle;
    } catch (error) {
      this.remove(name);
      throw needsSysAdmin(error, `make network namespace ${path}`);
    }
  }

  /** What is left of a creation or a removal that was interrupted: our file, and nothing mounted on it. */
  #removeUnmounted(name: string): boolean {
    const { mode, size } = lstatSync(this.path(name));
    const isOurs = (mode & sticky) !== 0 && size === 0;
    if (isOurs) unlinkSync(this.path(name));
    return isOurs;
  }

  /** Takes a namespace and its file away; links inside that are not moved out before go with it. */
  remove(name: string): void {
    this.#open.get(name)?.close();
    this.#open.delete(name);
    const path = this.path(name);
    try {
      unmount(path);
    } catch {
      // Not mounted: the file is what is left.
    }
    unlinkSync(path);
  }
}
