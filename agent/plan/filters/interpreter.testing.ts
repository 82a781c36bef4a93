/** Runs classic BPF on a frame as the kernel does at clsact (net/core/filter.c), for tests. */
import type { Program } from '../kernel-object.ts';
import type { Instruction } from './program.ts';

/** Offset of what the kernel knows about a frame beside its bytes; only VLAN_TAG_PRESENT (48) is known here. */
const ancillary = 0xfffff000;

/** A frame, and whether the kernel has taken a VLAN tag out of it. */
export interface Received {
  frame: Uint8Array;
  isTagged?: boolean;
}

/** Whether cls_bpf without direct-action matches: any return value but 0. */
export function passes(program: Program, received: Received | Uint8Array): boolean {
  return run(program, received instanceof Uint8Array ? { frame: received } : received) !== 0;
}

export function instructionsOf(program: Program): Instruction[] {
  const words = new Uint32Array(program.buffer);
  return Array.from({ length: words.length / 2 }, (_, at) => instructionAt(words, at));
}

function instructionAt(words: Uint32Array, at: number): Instruction {
  const first = words[at * 2]!;
  return [first & 0xffff, (first >>> 16) & 0xff, first >>> 24, words[at * 2 + 1]!];
}

/** The program's return value; 0 after a load beyond the frame. Throws for what bpf_check_classic() would refuse. */
function run(program: Program, { frame, isTagged = false }: Received): number {
  const words = new Uint32Array(program.buffer);
  let [a, x] = [0, 0];
  for (let pc = 0; pc * 2 < words.length; pc++) {
    const [code, jt, jf, k] = instructionAt(words, pc);
    const jumpIf = (condition: boolean) => {
      pc += condition ? jt : jf;
    };
    switch (code) {
      case 0x06:
        return k >>> 0;
      case 0x20:
      case 0x40:
      case 0x28:
      case 0x30:
      case 0x48:
      case 0x50: {
        const size = code === 0x20 || code === 0x40 ? 4 : code & 0x08 ? 2 : 1;
        const at = k + (code & 0x40 ? x : 0);
        if (at === ancillary + 48) a = Number(isTagged);
        else if (at + size > frame.length) return 0;
        else a = frame.subarray(at, at + size).reduce((sum, octet) => sum * 256 + octet, 0);
        break;
      }
      case 0x80:
        a = frame.length;
        break;
      case 0x81:
        x = frame.length;
        break;
      case 0x01:
        x = k;
        break;
      case 0xb1:
        if (k >= frame.length) return 0;
        x = (frame[k]! & 0x0f) * 4;
        break;
      case 0x04:
        a = (a + k) >>> 0;
        break;
      case 0x54:
        a = (a & k) >>> 0;
        break;
      case 0x07:
        x = a;
        break;
      case 0x05:
        pc += k;
        break;
      case 0x15:
        jumpIf(a === k);
        break;
      case 0x1d:
        jumpIf(a === x);
        break;
      case 0x25:
        jumpIf(a > k);
        break;
      case 0x2d:
        jumpIf(a > x);
        break;
      case 0x3d:
        jumpIf(a >= x);
        break;
      case 0x45:
        jumpIf((a & k) !== 0);
        break;
      default:
        throw new Error(`instruction ${pc}: code ${code} is not known here`);
    }
  }
  throw new Error('the program runs off its end');
}
