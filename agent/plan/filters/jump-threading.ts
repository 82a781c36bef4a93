/** Leaves out decisions whose outcome is known from the way that leads to them. */
import { DecisionGraph, inOrder, type Node, successors, type Test } from './decision-graph.ts';
import { opcode, readsX } from './opcode.ts';

/** What a way has found out, the last first; ways with a beginning in common share its facts. */
interface Fact {
  readonly test: Test;
  readonly isTrue: boolean;
  /** What was in X. */
  readonly x: unknown;
  readonly before: Fact | undefined;
  readonly depth: number;
}

/** What is known on an edge of the graph: facts, and what is in X, which is equal where X is. */
interface Known {
  readonly facts: Fact | undefined;
  readonly x: unknown;
}

/** The graph that decides alike, with every edge leading past the tests, and settings of X, that change nothing there. */
export function withoutKnownTests(root: Node): Node {
  for (let graph = root; ; ) {
    const shortcuts = shortcutsOf(graph);
    if (shortcuts.size === 0) return graph;
    graph = rebuilt(graph, shortcuts);
  }
}

/** Of nodes with an edge that can lead further: where all their edges may, in the order of {@link successors}. */
function shortcutsOf(root: Node): Map<Node, Node[]> {
  const shortcuts = new Map<Node, Node[]>();
  const arriving = new Map<Node, Known>([[root, { facts: undefined, x: undefined }]]);
  for (const node of inOrder(root)) {
    const edges = successors(node).map((to, i) => ({ to, known: learned(arriving.get(node)!, node, i === 1) }));
    for (const { to, known } of edges) {
      const other = arriving.get(to);
      arriving.set(to, other ? common(to, other, known) : known);
    }
    const destinations = edges.map(({ to, known }) => destination(to, known));
    if (edges.some(({ to }, i) => to !== destinations[i])) shortcuts.set(node, destinations);
  }
  return shortcuts;
}

function rebuilt(root: Node, shortcuts: Map<Node, Node[]>): Node {
  const graph = new DecisionGraph();
  const copies = new Map<Node, Node>();
  for (const node of inOrder(root).reverse()) {
    const edges = (shortcuts.get(node) ?? successors(node)).map((to) => copies.get(to)!);
    copies.set(node, graph.copy(node, edges));
  }
  return copies.get(root)!;
}

/** What is known behind a node; of a test, where it was true or not. */
function learned({ facts, x }: Known, node: Node, isTrue: boolean): Known {
  if (node.kind === 'setX') return { facts, x: node.x };
  if (node.kind === 'verdict') return { facts, x };
  return { facts: { test: node, isTrue, x, before: facts, depth: (facts?.depth ?? 0) + 1 }, x };
}

/** What is known whichever of two ways led to `at`. */
function common(at: Node, one: Known, other: Known): Known {
  let [a, b] = [one.facts, other.facts];
  while (a !== b) {
    if ((a?.depth ?? 0) >= (b?.depth ?? 0)) a = a?.before;
    else b = b?.before;
  }
  return { facts: a, x: one.x === other.x ? one.x : at };
}

/** Where an edge to `node` may lead right away. */
function destination(node: Node, known: Known): Node {
  for (let at = node; ; ) {
    if (at.kind === 'setX' && at.x === known.x) at = at.next;
    else {
      const outcome = at.kind === 'test' ? outcomeOf(at, known) : undefined;
      if (outcome === undefined || at.kind !== 'test') return at;
      at = outcome ? at.yes : at.no;
    }
  }
}

function outcomeOf(test: Test, { facts, x }: Known): boolean | undefined {
  const needsX = readsX(test.value.code) || readsX(test.code);
  for (let fact = facts; fact; fact = fact.before) {
    if (fact.test.a !== test.a || (needsX && fact.x !== x)) continue;
    const outcome = implied(fact, test);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

/** What a fact about the same value says about a condition. */
function implied({ test: known, isTrue }: Fact, test: Test): boolean | undefined {
  if (known.code === test.code && known.k === test.k) return isTrue;
  // Words are addresses: a template puts others in their place, which may equal what this one does not.
  if (test.value.code === opcode.loadWord || test.value.code === opcode.loadWordBehindX) return undefined;
  const range = rangeOf(known, isTrue);
  if (!range) return undefined;
  const [first, last] = range;
  if (test.code === opcode.jumpIfAbove) return first > test.k ? true : last <= test.k ? false : undefined;
  if (test.code === opcode.jumpIfEqual && (test.k < first || test.k > last)) return false;
  if (test.code === opcode.jumpIfSet && first === last) return (first & test.k) !== 0;
  return undefined;
}

/** First and last value of which the fact can be true. */
function rangeOf({ code, k }: Test, isTrue: boolean): readonly [number, number] | undefined {
  if (code === opcode.jumpIfEqual && isTrue) return [k, k];
  if (code === opcode.jumpIfAbove) return isTrue ? [k + 1, 0xffff_ffff] : [0, k];
  return undefined;
}
