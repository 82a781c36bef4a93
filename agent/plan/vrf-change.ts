/** From one definition of a VRF to another. */
import { isDeepStrictEqual } from 'node:util';
import type { NodeVrf } from './desired.ts';
import type { KernelObject } from './kernel-object.ts';
import { nodeVrf } from './node-vrf.ts';

/** What cannot change while pods are attached: everything of theirs stands on it. */
type Shape = Pick<NodeVrf, 'mode' | 'backend' | 'table'>;

/** Whether attachments of one may stay when it becomes the other. */
export function isSameShape(one: Shape, other: Shape): boolean {
  return one.mode === other.mode && one.backend === other.backend && one.table === other.table;
}

/** For people: `routed, backend device, table 1001`. */
export function shapeWords({ mode, backend, table }: Shape): string {
  return [mode, `backend ${backend}`, ...(table ? [`table ${table}`] : [])].join(', ');
}

/**
 * What of `old` is not part of `wanted`. A filter that has another program there is not: it is replaced in one step, for
 * without it everything would pass meanwhile.
 */
export function superfluous(old: NodeVrf, wanted: NodeVrf): KernelObject[] {
  const kept = nodeVrf(wanted);
  return nodeVrf(old).filter(
    (object) => !kept.some((other) => isDeepStrictEqual(object, other) || replaces(other, object)),
  );
}

function replaces(one: KernelObject, other: KernelObject): boolean {
  return (
    one.object === 'filter' &&
    other.object === 'filter' &&
    one.in === other.in &&
    one.dev === other.dev &&
    one.direction === other.direction
  );
}
