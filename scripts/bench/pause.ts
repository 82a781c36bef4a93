/** Waits, and holds this process meanwhile: nothing of ours is to happen beside what is measured. In milliseconds. */
export function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
