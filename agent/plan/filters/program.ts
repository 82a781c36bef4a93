/** Classic BPF, one instruction after the other (linux/filter.h, struct sock_filter). */
import type { Program } from '../kernel-object.ts';

export type Instruction = readonly [code: number, jt: number, jf: number, k: number];

/** The program of these instructions. Throws an Error for a conditional jump that its 8 bits do not hold. */
export function programOf(instructions: readonly Instruction[]): Program {
  const words = new Uint32Array(instructions.length * 2);
  let at = 0;
  for (const [code, jt, jf, k] of instructions) {
    if ((jt | jf) >>> 8 !== 0) throw new Error(`instruction ${at / 2}: a conditional jump has 8 bits`);
    words[at++] = code | (jt << 16) | (jf << 24);
    words[at++] = k;
  }
  return new Uint8Array(words.buffer);
}
