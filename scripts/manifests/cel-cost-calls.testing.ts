/** What the call of a function or an operator costs at most, and how large its result can be. */
import type { Part } from './cel-cost.testing.ts';

/** cel-go: common/cost.go. */
const perCharacter = 0.1;
const perRegexCharacter = 0.25;

/** Addresses are compared in 16 bytes. */
const containment = Math.ceil(2 * 16 * perCharacter);
const masking = Math.ceil(16 * perCharacter) + 1;

const traversal = (size: number, factor = perCharacter) => Math.ceil(size * factor);

/** The product; nothing when one is nothing, even of what has no end. */
const times = (a: number, b: number) => (a === 0 || b === 0 ? 0 : a * b);

type Result = { cost: number; size?: number; isNet?: boolean };

const text = (target: Part | undefined, factor = perCharacter): Result => ({
  cost: traversal(target!.size, factor),
  size: target!.size,
});

const net = (cost: number): Result => ({ cost, isNet: true, size: Infinity });

/** Comparing costs by the shorter of the two; only == knows how small an address is. */
const comparison = (a: Part, b: Part): Result => ({ cost: traversal(Math.min(a.size, b.size)) });

const parsed = (arg: Part | undefined) => (arg!.isNet ? 0 : traversal(arg!.size));

/** A list's size bounds what its elements give together. */
function joined(list: Part, separator: Part | undefined): Result {
  const element = list.schema?.items?.maxLength;
  const size = times(list.size, (element === undefined ? Infinity : element * 4) + (separator?.size ?? 0));
  return { cost: traversal(size), size };
}

const costs: Record<string, (target: Part | undefined, args: Part[]) => Result> = {
  '==': (_, [a, b]) => (a!.isNet && b!.isNet ? { cost: 1 } : comparison(a!, b!)),
  '!=': (_, [a, b]) => comparison(a!, b!),
  '<': (_, [a, b]) => comparison(a!, b!),
  '<=': (_, [a, b]) => comparison(a!, b!),
  '>': (_, [a, b]) => comparison(a!, b!),
  '>=': (_, [a, b]) => comparison(a!, b!),
  '+': (_, [a, b]) => ({ cost: traversal(a!.size + b!.size), size: a!.size + b!.size }),
  in: (_, [, list]) => ({ cost: list!.size }),
  contains: (target, [part]) => ({ cost: times(traversal(target!.size), traversal(part!.size)) }),
  startsWith: (_, [part]) => ({ cost: traversal(part!.size) }),
  endsWith: (_, [part]) => ({ cost: traversal(part!.size) }),
  matches: (target, [regex]) => ({
    cost: times(traversal(target!.size + 1), traversal(regex!.size, perRegexCharacter)),
  }),
  replace: (target, [, other]) => ({
    cost: traversal(target!.size, 2 * perCharacter),
    size: times(target!.size, Math.max(1, other!.size)),
  }),
  split: (target) => text(target, 2 * perCharacter),
  join: (target, [separator]) => joined(target!, separator),
  indexOf: (target) => ({ cost: traversal(target!.size) }),
  substring: (target) => text(target),
  lowerAscii: (target) => text(target),
  trim: (target) => text(target),
  // Its result has a bound in newer API servers only.
  format: (target) => ({ cost: traversal(target!.size), size: Infinity }),
  string: () => ({ cost: 1, size: Infinity }),
  isIP: (_, [arg]) => ({ cost: traversal(arg!.size) }),
  isCIDR: (_, [arg]) => ({ cost: traversal(arg!.size) }),
  'ip.isCanonical': (_, [arg]) => ({ cost: traversal(arg!.size, 2 * perCharacter) }),
  ip: (target, [arg]) => net(target ? 1 : traversal(arg!.size)),
  cidr: (_, [arg]) => net(traversal(arg!.size)),
  masked: () => net(1),
  containsIP: (_, [arg]) => ({ cost: containment + parsed(arg) }),
  containsCIDR: (_, [arg]) => ({ cost: containment + masking + parsed(arg) }),
};

/** Operators and functions that cost 1 and give a number or a truth. */
const nominal = new Set(['!_', '-_', '-', '*', 'size', 'prefixLength', 'isLinkLocalUnicast']);

/** The estimate of a call. Throws at a function that no rule of ours has used yet. */
export function callCost(name: string, target: Part | undefined, args: Part[]): Part {
  const known = nominal.has(name) ? (): Result => ({ cost: 1 }) : costs[name];
  if (!known) throw new Error(`no cost is known of ${name}()`);
  const { cost, size = 1, isNet = false } = known(target, args);
  return { cost: cost + (target?.cost ?? 0) + args.reduce((total, arg) => total + arg.cost, 0), size, isNet };
}
