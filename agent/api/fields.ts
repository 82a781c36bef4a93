/** The building blocks of schemas: objects and strings whose messages read on after the value. */
import * as z from 'zod';
import { parseBlock } from './address-syntax.ts';
import { type Finding, phrase } from './finding.ts';

/**
 * An object that refuses keys it does not know: a typo must not be ignored in silence. An API server
 * refuses the `additionalProperties: false` that this becomes in a CRD; the `override` of
 * `z.toJSONSchema` drops it (only where it is `false`: that of a record is a schema).
 */
export const closed = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `is not a known key; known here: ${Object.keys(shape).join(', ')}` : undefined,
  });

/** What only an API server reads: the bounds from which it estimates what a CEL rule costs, and how lists are merged. */
export type CrdHints = Record<string, unknown>;

/**
 * A list without an order, in which an element stands once: two who apply the object each keep theirs
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy).
 */
export const asSet: CrdHints = { 'x-kubernetes-list-type': 'set' };

/** As {@link asSet}, of objects told apart by `keys`. */
export const asMap = (...keys: string[]): CrdHints => ({
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
});

/** A list whose order counts, or whose elements have no key: applied as a whole. */
export const asWhole: CrdHints = { 'x-kubernetes-list-type': 'atomic' };

/** A string that `find` has nothing against. `find` refuses what is longer than `longest`, of which an API server is told. */
export const text = (find: (value: string) => Finding | undefined, longest: number) =>
  z
    .string()
    .superRefine((value, context) => {
      const finding = find(value);
      if (finding) context.addIssue({ code: 'custom', message: phrase(finding) });
    })
    .meta({ maxLength: longest });

/** Two IPv6 addresses in their longest form, each with a length, and what stands between them. */
const longestAddressText = 100;

/** As {@link text}, and rewritten to the canonical form, so that equal addresses are equal strings. */
export const addressText = (find: (value: string) => Finding | undefined, longest = 49) =>
  text(find, longest).overwrite((value) => parseBlock(value)?.text ?? value);

/** As {@link addressText}, for ranges. */
export const rangeText = (find: (value: string) => Finding | undefined) => addressText(find, longestAddressText);

/** A string of at most `longest` characters that matches `pattern`; else `finding`. */
export const matching = (pattern: RegExp, longest: number, finding: Finding) =>
  text((value) => (value.length <= longest && pattern.test(value) ? undefined : finding), longest);
