/** What of a VRF on the node cannot change while pods are attached: everything of theirs stands on it. */
import type { NodeVrf } from './desired.ts';

type Shape = Pick<NodeVrf, 'mode' | 'backend' | 'table'>;

export function isSameShape(one: Shape, other: Shape): boolean {
  return one.mode === other.mode && one.backend === other.backend && one.table === other.table;
}

/** For people: `routed, backend device, table 1001`. */
export function shapeWords({ mode, backend, table }: Shape): string {
  return [mode, `backend ${backend}`, ...(table ? [`table ${table}`] : [])].join(', ');
}
