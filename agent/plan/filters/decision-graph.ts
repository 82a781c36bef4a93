/** A filter program as a graph of decisions without cycles, in which equal parts are one: the form that is made shorter. */
import type { Value } from './assembler.ts';
import type { Instruction } from './program.ts';

/** A condition of a frame: the value loaded into A, and the conditional jump that judges it. */
export interface Condition {
  readonly value: Value;
  readonly code: number;
  readonly k: number;
}

export type Node = Verdict | SetX | Test;

/** `k`: what an allow program returns, see {@link verdict}. */
export interface Verdict {
  readonly kind: 'verdict';
  readonly k: number;
}

interface SetX {
  readonly kind: 'setX';
  readonly instructions: readonly Instruction[];
  /** Equal for what leaves the same in X. */
  readonly x: string;
  readonly next: Node;
}

export interface Test extends Condition {
  readonly kind: 'test';
  /** Equal for what leaves the same in A. */
  readonly a: string;
  readonly yes: Node;
  readonly no: Node;
}

/**
 * net/sched/cls_bpf.c without direct-action: 0 is no match; -1 is a match with the filter's own class, while any other
 * number would become the class and leave a trace in the packet.
 */
const verdict = { noMatch: 0, match: 0xffffffff } as const;

/** Makes nodes; asked twice for the same it returns the same. */
export class DecisionGraph {
  readonly drop: Node = { kind: 'verdict', k: verdict.noMatch };
  readonly pass: Node = { kind: 'verdict', k: verdict.match };
  readonly #ids = new Map<Node, number>([
    [this.drop, 0],
    [this.pass, 1],
  ]);
  readonly #known = new Map<string, Node>();

  setX(instructions: readonly Instruction[], next: Node): Node {
    return this.#setX(instructions, instructions.join(';'), next);
  }

  #setX(instructions: readonly Instruction[], x: string, next: Node): Node {
    if (next === this.drop) return next;
    return this.#once(`${x} ${this.#id(next)}`, { kind: 'setX', instructions, x, next });
  }

  test(condition: Condition, yes: Node, no: Node): Node {
    const { code, k, mask, plus } = condition.value;
    return this.#test(condition, `${code},${k},${mask ?? ''},${plus ?? ''}`, yes, no);
  }

  #test({ value, code, k }: Condition, a: string, yes: Node, no: Node): Node {
    // Nothing else can become of it: a load beyond the frame drops as well.
    if (yes === this.drop && no === this.drop) return this.drop;
    const key = `${a} ${code} ${k} ${this.#id(yes)} ${this.#id(no)}`;
    return this.#once(key, { kind: 'test', value, a, code, k, yes, no });
  }

  /** A node of another graph in this one, with edges in the order of {@link successors}. */
  copy(node: Node, [first, second]: readonly Node[]): Node {
    if (node.kind === 'setX') return this.#setX(node.instructions, node.x, first!);
    if (node.kind === 'test') return this.#test(node, node.a, second!, first!);
    return node.k === verdict.noMatch ? this.drop : this.pass;
  }

  #once(key: string, node: Node): Node {
    const known = this.#known.get(key);
    if (known) return known;
    this.#known.set(key, node);
    this.#ids.set(node, this.#ids.size);
    return node;
  }

  #id(node: Node): number {
    const id = this.#ids.get(node);
    if (id === undefined) throw new Error('a node of another graph');
    return id;
  }
}

/** Where a node leads, in the order in which it is written down: `no` first, so that what is decided next follows. */
export function successors(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'verdict':
      return [];
    case 'setX':
      return [node.next];
    case 'test':
      return [node.no, node.yes];
  }
}

/** All nodes that can be reached, each before those that it leads to. */
export function inOrder(root: Node): Node[] {
  const seen = new Set<Node>();
  const reversed: Node[] = [];
  // With a stack of its own: a program has up to thousands of decisions in a row.
  const stack: { node: Node; isDone: boolean }[] = [{ node: root, isDone: false }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { node, isDone } = top;
    if (isDone) reversed.push(node);
    else if (!seen.has(node)) {
      seen.add(node);
      stack.push({ node, isDone: true });
      for (const next of successors(node)) stack.push({ node: next, isDone: false });
    }
  }
  return reversed.reverse();
}
