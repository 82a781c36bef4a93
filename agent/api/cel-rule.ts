/**
 * Rules in CEL: what an API server refuses by itself, at `kubectl apply`. It estimates what a rule costs from
 * maxItems and maxLength and refuses the whole CRD when it may cost too much, so that a rule reaches every string by a
 * path in the schema: elements of a literal list or of a filtered one have none, and count as endless. So does what
 * string() gives, which nothing may be joined to (a message with a number in it is one format()), and a comparison of
 * addresses by != (a negated == costs 1).
 * Needs Kubernetes 1.32: 1.31 has ip() and cidr(), but for it two addresses cost without end with == as well
 * (https://github.com/kubernetes/kubernetes/pull/126359).
 */

/** One rule of `x-kubernetes-validations`. */
export interface CelRule {
  /** Its name in tests and in the documentation. */
  name: string;
  /** Where it holds: `spec.addresses.pools[]`; empty for the object as a whole. `self` is what stands there. */
  at: string;
  rule: string;
  /** What is wrong and what would be right. */
  message: string;
  /** CEL for the same with the values in it. `message` serves when it fails. */
  messageExpression?: string;
  /** The field at fault below `at`: `.gateway`. */
  fieldPath?: string;
}

/** The blocks of address-rules.ts that no customer's segment may consist of, but for those that ip() refuses itself. */
const unusable = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '::/128',
  '::1/128',
  'fe80::/10',
  'ff00::/8',
];

const all = (terms: string[]) => `(${terms.join(' && ')})`;

/** CEL: the address `ip`, an expression, is none that is unusable. */
export const isUsable = (ip: string, allowed: string[] = []): string =>
  all(unusable.filter((block) => !allowed.includes(block)).map((block) => `!cidr('${block}').containsIP(${ip})`));

/** CEL: the prefix `text`, an expression of type string, shares no address with what is unusable. */
export const isUsableSubnet = (text: string): string =>
  all(
    unusable.flatMap((block) => [
      `!cidr('${block}').containsCIDR(cidr(${text}))`,
      `!cidr(${text}).containsCIDR(cidr('${block}'))`,
    ]),
  );

/** CEL: the prefix `text` does not lie inside what is unusable as a whole. */
export const leadsToUnicast = (text: string): string =>
  all(unusable.map((block) => `!cidr('${block}').containsCIDR(cidr(${text}))`));

/**
 * CEL: `rule` is kept, as far as two lists have at most `most` pairs of elements. While an API server judges an object one evaluation
 * may cost a million, and all together ten (apiserver/pkg/apis/cel/config.go); of more it says "cost limit exceeded" and
 * nothing of what is wrong. Of larger objects the agent says it in the status.
 */
export const upToPairs = (most: number, one: string, other: string, rule: string): string =>
  `${one}.size() * ${other}.size() > ${most} || ${rule}`;

/** CEL: the prefix `text` has no host bits. */
export const isMasked = (text: string): string => `cidr(${text}) == cidr(${text}).masked()`;

/** CEL: the family of an address or prefix that has been found to be one. */
export const isV6 = (text: string): string => `${text}.contains(':')`;
