/** Worlds as tests of the table need them, without a kernel. Plain values. */
import type { Combination } from '../support/combinations.ts';
import { behind, inVrf, routers } from './topology.ts';
import type { PodEnds, Side, World } from './world.ts';

let machines = 0;
const mac = () => `02:00:00:00:00:${(++machines).toString(16).padStart(2, '0')}`;

function pod(name: keyof typeof inVrf, host: number): PodEnds {
  return {
    net1: { netns: name, dev: 'net1', mac: mac() },
    eth0: { netns: name, dev: 'eth0', mac: mac() },
    address: inVrf[name],
    cluster: { 4: `10.88.0.${host}`, 6: `fd88::${host}` },
    linkLocal: `fe80::${host}`,
    hostEndMac: mac(),
  };
}

/** The scene of the matrix as it is described when everything is attached. */
export function worldLiteral(combination: Combination, overlap: boolean): World {
  const side = (name: Side['name'], of: PodEnds): Side => ({
    name,
    router: { netns: `router-${name}`, dev: 'eth0', mac: mac() },
    address: routers[combination.mode],
    behind: behind[name],
    uplinkMac: mac(),
    pod: of,
  });
  return {
    combination,
    overlap,
    sides: { a: side('a', pod('speaker-0', 2)), b: side('b', pod('speaker-b', 4)) },
    peer: pod('peer', 3),
    ordinary: { eth0: { netns: 'ordinary', dev: 'eth0', mac: mac() }, cluster: { 4: '10.88.0.5', 6: 'fd88::5' } },
    nodeMacs: { cluster: mac(), vrf: mac() },
  };
}
