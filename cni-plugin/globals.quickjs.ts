/** What the plugin uses of the Web's globals, which QuickJS does not have. Imported before all that uses them. */
import { encode, libc } from './libc.quickjs.ts';

const clockMonotonic = 1;

function milliseconds(): number {
  // struct timespec, each of its two numbers as halves.
  const time = new Uint32Array(4);
  libc.clock_gettime(clockMonotonic, time);
  const [seconds = 0, , nanoseconds = 0] = time;
  return seconds * 1000 + nanoseconds / 1e6;
}

const start = milliseconds();

Object.assign(globalThis, {
  performance: { now: () => milliseconds() - start },
  TextEncoder: class {
    encode = encode;
  },
});
