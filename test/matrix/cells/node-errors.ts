/** Errors that the node itself sends to a customer as a router of the VRF: they name it by no address that it has elsewhere. */
import * as frames from '../frames.ts';
import { noPod, ports, type Side, tooBig, type World } from '../world.ts';
import type { Cell } from './cell.ts';
import { sourceOf } from './claims.ts';
import { families } from './common.ts';

/** What the node has to refuse in routed mode; on a bridge it sends nothing. */
export function nodeErrors({ combination }: World, side: Side): Cell[] {
  if (combination.mode === 'bridge') return [];
  return families.flatMap((family) => {
    const ends = {
      sourceMac: side.router.mac,
      destinationMac: side.uplinkMac,
      source: side.address[family],
      destination: side.pod.address[family],
    };
    // Linux limits IPv4's by net.ipv4.route.error_cost, which is one for all namespaces.
    const unlimited = family === 6;
    const nobody = { ...ends, destination: noPod[family] };
    const cell = (target: string, packet: string, frame: (token: number) => Buffer, comes = true): Cell => ({
      source: sourceOf(side),
      target,
      family,
      packet,
      shot: { by: 'frame', port: side.router, frame },
      ...(comes ? { allowed: 'error' } : {}),
      at: [sourceOf(side)],
      why: 'an ICMP error comes from an address of the VRF',
    });
    return [
      cell('pod', 'echo with its last hop', (t) => frames.echo(ends, t, 1)),
      cell('pod', 'udp with its last hop', (t) => frames.udp(ends, t, ports.bound, 1)),
      cell('pod', 'udp too big for the link to the pod', (t) =>
        frames.udp(ends, t, ports.bound, 64, Buffer.alloc(tooBig)),
      ),
      cell('an address that no pod has', 'echo', (t) => frames.echo(nobody, t), unlimited),
      cell('an address that no pod has', 'udp', (t) => frames.udp(nobody, t, ports.bound), unlimited),
    ];
  });
}
