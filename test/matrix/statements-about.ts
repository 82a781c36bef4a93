/** Which statements speak about a cell: those that would be false if it were wrong. Pure. */
import type { Cell } from './cells/cell.ts';
import type { About } from './statements/about.ts';
import { aboutAcceptAny, fromAcceptAny, isToAcceptAny } from './statements/accept-any.ts';
import { aboutCluster } from './statements/cluster.ts';
import { aboutCustomer } from './statements/customer.ts';
import { aboutGroup, isToGroup } from './statements/groups.ts';
import { aboutHostilePod, aboutPod } from './statements/pod.ts';
import { aboutNeighbours, aboutWays } from './statements/traces.ts';
import { aboutVlan, isOfVlans } from './statements/vlan.ts';
import type { TraceCell } from './traces.ts';
import type { World } from './world.ts';

/** None when nobody has thought of such a cell. */
export function statementsAbout(cell: Cell, world: World): About[] {
  const { source } = cell;
  const { peer, sides } = world;
  if (isOfVlans(cell)) return aboutVlan(cell, world);
  if (isToGroup(cell)) return aboutGroup(cell, world);
  if (isToAcceptAny(cell)) return aboutAcceptAny(cell, world);
  for (const side of [sides.a, sides.b]) if (source === side.router.netns) return aboutCustomer(cell, side, world);
  if (source === 'hostile pod') return aboutHostilePod(cell, world);
  if (source === sides.a.pod.net1.netns) return aboutPod(cell, sides.a.pod);
  if (source === peer.net1.netns) return fromAcceptAny(cell, world);
  return source === 'node' || source === 'ordinary' ? aboutCluster(cell, world) : [];
}

/** The same of what is looked at when all packets have been sent. */
export function aboutTrace(cell: TraceCell, world: World): About[] {
  return cell.trace === 'way' ? aboutWays(cell, world) : aboutNeighbours(cell, world);
}
