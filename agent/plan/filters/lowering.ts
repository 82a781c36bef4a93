/** From decisions to instructions: what is in A is loaded once, and equal instructions that lead to the same are one. */
import { inOrder, type Node, type Test, type Verdict } from './decision-graph.ts';
import { opcode } from './opcode.ts';
import type { Instruction } from './program.ts';

export type Code = Verdict | Step | Jump;

/** An instruction after which the next one comes. */
export interface Step {
  readonly kind: 'step';
  readonly instruction: Instruction;
  readonly next: Code;
}

/** A conditional jump that judges whatever is in A. */
export interface Jump {
  readonly kind: 'jump';
  readonly code: number;
  readonly k: number;
  readonly yes: Code;
  readonly no: Code;
}

/** The instructions of a graph of decisions, the first of them. */
export function lower(root: Node): Code {
  const ids = new Map<Code, number>();
  const known = new Map<string, Code>();
  const once = (key: string, make: Code): Code => {
    const code = known.get(key) ?? make;
    if (code === make) {
      known.set(key, code);
      ids.set(code, ids.size);
    }
    return code;
  };
  const step = (next: Code, instruction: Instruction) =>
    once(`${instruction} ${ids.get(next)}`, { kind: 'step', instruction, next });

  /** Where a node begins, and where if A holds its value already. */
  const begins = new Map<Node, { fresh: Code; loaded: Code }>();
  const after = (test: Test, next: Node) =>
    next.kind === 'test' && next.a === test.a ? begins.get(next)!.loaded : begins.get(next)!.fresh;

  for (const node of inOrder(root).reverse()) {
    if (node.kind === 'verdict') {
      const code = once(`return ${node.k}`, node);
      begins.set(node, { fresh: code, loaded: code });
    } else if (node.kind === 'setX') {
      const code = node.instructions.reduceRight(step, begins.get(node.next)!.fresh);
      begins.set(node, { fresh: code, loaded: code });
    } else {
      const [yes, no] = [after(node, node.yes), after(node, node.no)];
      const { code, k, value } = node;
      const loaded = once(`${code} ${k} ${ids.get(yes)} ${ids.get(no)}`, { kind: 'jump', code, k, yes, no });
      begins.set(node, { fresh: loadOf(value).reduceRight(step, loaded), loaded });
    }
  }
  return begins.get(root)!.fresh;
}

function loadOf({ code, k, mask, plus }: Test['value']): Instruction[] {
  const load: Instruction[] = [[code, 0, 0, k]];
  if (mask !== undefined) load.push([opcode.and, 0, 0, mask]);
  if (plus !== undefined) load.push([opcode.add, 0, 0, plus]);
  return load;
}

/** All code that can be reached, each before what it leads to. */
export function codeInOrder(root: Code): Code[] {
  const seen = new Set<Code>();
  const reversed: Code[] = [];
  const stack: { code: Code; isDone: boolean }[] = [{ code: root, isDone: false }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { code, isDone } = top;
    if (isDone) reversed.push(code);
    else if (!seen.has(code)) {
      seen.add(code);
      stack.push({ code, isDone: true });
      const next = code.kind === 'jump' ? [code.no, code.yes] : code.kind === 'step' ? [code.next] : [];
      for (const one of next) stack.push({ code: one, isDone: false });
    }
  }
  return reversed.reverse();
}
