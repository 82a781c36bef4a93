/** Conditions of a status, in the shape of the Kubernetes API (metav1.Condition). */
import * as z from 'zod';
import { asMap } from './fields.ts';

const time = z
  .string()
  .meta({ format: 'date-time', description: 'When the status last changed from one value to another.' });

/** The schema of a list of conditions of the given types. */
export const conditions = <const Types extends readonly [string, ...string[]]>(types: Types, description: string) =>
  z
    .array(
      z
        .object({
          type: z.enum(types).describe(`One of ${types.join(', ')}.`),
          status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
          reason: z.string().max(1024).describe('Why, as one word in CamelCase that programs can go by.'),
          message: z.string().max(32768).describe('Why, for a person.'),
          lastTransitionTime: time,
          observedGeneration: z
            .int()
            .min(0)
            .describe('The metadata.generation of the object that this was found for.')
            .optional(),
        })
        .describe('One condition.'),
    )
    .max(8)
    .meta({ description, ...asMap('type') });
