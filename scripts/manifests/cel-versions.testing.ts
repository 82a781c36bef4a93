/** Which functions CEL has in which version of Kubernetes (https://kubernetes.io/docs/reference/using-api/cel/). */
import type { ASTNode } from '@marcbachmann/cel-js';
import { parseCel } from './cel.testing.ts';

/** Functions and macros that we use, by the first version that has them; the oldest that we support is 1.32. */
const introduced: Record<string, string> = {
  '1.23': 'has all exists filter map size contains startsWith endsWith matches string',
  '1.29': 'split join trim indexOf substring replace format',
  '1.30': 'isIP isCIDR ip cidr isCanonical isLinkLocalUnicast containsIP containsCIDR masked prefixLength',
};

const available = new Set(Object.values(introduced).flatMap((names) => names.split(' ')));

const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value;

function calls({ op, args }: ASTNode): string[] {
  const own = op === 'call' || op === 'rcall' ? [args[0]] : [];
  const inner = [args].flat(3).filter(isNode);
  return [...own, ...inner.flatMap(calls)];
}

/** Functions in an expression that the oldest supported Kubernetes has not. */
export const unavailable = (text: string): string[] => calls(parseCel(text)).filter((name) => !available.has(name));
