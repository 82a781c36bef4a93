/** Writes a graph of instructions down: an order in which all jumps lead on, and their distances. */
import { type Code, codeInOrder, type Jump, type Step } from './lowering.ts';
import { opcode } from './opcode.ts';
import type { Instruction } from './program.ts';

/** Distance that fits into jt and jf. */
const maxShortJump = 255;

/** A node in its place, and which of its jumps lead further than 8 bits: those go through an instruction of their own. */
interface Placed {
  readonly node: Code;
  readonly following: Code | undefined;
  readonly far: Set<'yes' | 'no'>;
}

/** The program, with the first instruction at 0. The kernel counts jumps from the next instruction and knows no way back. */
export function layOut(root: Code): Instruction[] {
  const order = stepsBeforeTheirJump(codeInOrder(root));
  const list = order.map((node, i): Placed => ({ node, following: order[i + 1], far: new Set() }));
  const positions = settled(list);
  return list.flatMap((one) => instructionsOf(one, positions));
}

/** Verdicts last; and each step right before what follows it, as far as only one can. */
function stepsBeforeTheirJump(nodes: readonly Code[]): Code[] {
  const stepsTo = new Map<Code, Step[]>();
  for (const node of nodes) {
    if (node.kind === 'step') stepsTo.set(node.next, [...(stepsTo.get(node.next) ?? []), node]);
  }
  const withSteps = (node: Code): Code[] => [...(stepsTo.get(node) ?? []).flatMap(withSteps), node];
  const jumps = nodes.filter(({ kind }) => kind === 'jump');
  const verdicts = nodes.flatMap((node) => (node.kind === 'verdict' ? [node] : [])).sort((a, b) => a.k - b.k);
  return [...jumps, ...verdicts].flatMap(withSteps);
}

/** Where everything lies: each far jump lengthens the program, so repeat until none is added. */
function settled(list: readonly Placed[]): Map<Code, number> {
  for (;;) {
    const positions = new Map<Code, number>();
    let at = 0;
    for (const one of list) {
      positions.set(one.node, at);
      at += sizeOf(one);
    }
    const tooFar = list.flatMap(({ node, far }) =>
      node.kind === 'jump'
        ? sides
            .filter((side) => !far.has(side) && reach(node, side, positions) > maxShortJump)
            .map((side) => ({ far, side }))
        : [],
    );
    if (tooFar.length === 0) return positions;
    for (const { far, side } of tooFar) far.add(side);
  }
}

const sides = ['yes', 'no'] as const;

function reach(jump: Jump, side: 'yes' | 'no', positions: Map<Code, number>): number {
  return positions.get(jump[side])! - positions.get(jump)! - 1;
}

function sizeOf({ node, following, far }: Placed): number {
  return node.kind === 'step' && node.next !== following ? 2 : 1 + far.size;
}

function instructionsOf({ node, following, far }: Placed, positions: Map<Code, number>): Instruction[] {
  switch (node.kind) {
    case 'verdict':
      return [[opcode.return, 0, 0, node.k]];
    case 'step': {
      if (node.next === following) return [node.instruction];
      return [node.instruction, [opcode.jump, 0, 0, positions.get(node.next)! - positions.get(node)! - 2]];
    }
    case 'jump': {
      const trampolines: Instruction[] = [];
      const distance = (side: 'yes' | 'no') => {
        const to = reach(node, side, positions);
        if (!far.has(side)) return to;
        trampolines.push([opcode.jump, 0, 0, to - trampolines.length - 1]);
        return trampolines.length - 1;
      };
      const jump: Instruction = [node.code, distance('yes'), distance('no'), node.k];
      return [jump, ...trampolines];
    }
  }
}
