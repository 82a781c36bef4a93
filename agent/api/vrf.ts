/** The VRF object: what an operator writes, in a YAML file or as a Kubernetes object. */
import type * as z from 'zod';
import { checkPools, checkReservations, type Report } from './check-addresses.ts';
import { checkExpose, checkRoutes, checkUplinks } from './check-spec.ts';
import { type FieldProblem, fieldProblems } from './format-issues.ts';
import { vrfShape } from './vrf-shape.ts';

const checks = [checkUplinks, checkPools, checkReservations, checkRoutes, checkExpose];

/** Schema of a VRF. Its output has every default filled in and every address in canonical form. */
export const vrfSchema = vrfShape.superRefine(({ spec, metadata }, context) => {
  const report: Report = (path, message) => context.addIssue({ code: 'custom', path: ['spec', ...path], message });
  for (const check of checks) check(spec, report, metadata.name);
});

/** A valid VRF, defaults filled in. */
export type Vrf = z.output<typeof vrfSchema>;

/** What the customer may reach in a pod: a port of tcp or udp, or ICMP. */
export type Expose = Vrf['spec']['expose'][number];

/** What {@link parseVrf} found: a VRF, or everything that is wrong with it. */
export type ParsedVrf = { vrf: Vrf; problems?: undefined } | { vrf?: undefined; problems: FieldProblem[] };

/** Validates plain data as a VRF. For an object of another kind or version that alone is the problem. */
export function parseVrf(input: unknown): ParsedVrf {
  const result = vrfSchema.safeParse(input);
  if (result.success) return { vrf: result.data };
  const problems = fieldProblems(result.error, input);
  const foreign = problems.filter(({ field }) => field === 'apiVersion' || field === 'kind');
  return { problems: foreign.length > 0 ? foreign : problems };
}
