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

/** A string that `find` has nothing against. */
export const text = (find: (value: string) => Finding | undefined) =>
  z.string().superRefine((value, context) => {
    const finding = find(value);
    if (finding) context.addIssue({ code: 'custom', message: phrase(finding) });
  });

/** As {@link text}, and rewritten to the canonical form, so that equal addresses are equal strings. */
export const addressText = (find: (value: string) => Finding | undefined) =>
  text(find).overwrite((value) => parseBlock(value)?.text ?? value);

/** A string of at most `longest` characters that matches `pattern`; else `finding`. */
export const matching = (pattern: RegExp, longest: number, finding: Finding) =>
  text((value) => (value.length <= longest && pattern.test(value) ? undefined : finding));
