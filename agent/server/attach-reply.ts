/** What an ADD answers. */
import type { AddReply } from '../../common/protocol.ts';
import { type Attachment, gateway4, gateway6 } from '../plan/desired.ts';
import { familyOf } from '../plan/routes.ts';

/** Interfaces, addresses and routes of a pod's attachments, in the order of the annotation. */
export function reply(own: readonly Attachment[]): Omit<AddReply, 'sysctls'> {
  return {
    interfaces: own.map(({ interface: name, mac, vrf }) => ({ name, mac, mtu: vrf.mtu })),
    ips: own.flatMap(({ addresses, routes, vrf }, index) =>
      addresses.map((address) => {
        const family = familyOf(address);
        const next =
          vrf.mode === 'routed'
            ? family === 4
              ? gateway4
              : gateway6
            : routes.find(({ to }) => familyOf(to) === family)?.via;
        return { address, interface: index, ...(next === undefined ? {} : { gateway: next }) };
      }),
    ),
    routes: own.flatMap((attachment) =>
      attachment.routes.map(({ to, via }) => ({
        dst: to,
        ...(via === undefined ? {} : { gw: via }),
        table: outputTable(attachment),
      })),
    ),
  };
}

/** Where the pod's own packets into the VRF are looked up. */
function outputTable({ pod }: Attachment): number {
  return pod.kind === 'device' ? pod.table : pod.output;
}
