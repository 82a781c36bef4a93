/** Checks of mode, uplinks, routes and expose that need more than one field. */
import { contains, parseAddress, parseBlock, parsePrefix } from './address-syntax.ts';
import type { Report } from './check-addresses.ts';
import type { VrfSpec } from './vrf-shape.ts';

/** The node has addresses on uplinks in mode routed only, and every uplink can be chosen by some node. */
export function checkUplinks({ mode, uplinks }: VrfSpec, report: Report, name: string): void {
  const catchAll = uplinks.findIndex(({ nodeSelector }) => Object.keys(nodeSelector ?? {}).length === 0);
  uplinks.forEach(({ addresses, interface: device }, index) => {
    if (device === name) {
      report(['uplinks', index, 'interface'], "is the VRF's own name, which its device carries; rename the VRF");
    }
    if (mode === 'bridge' && addresses.length > 0) {
      report(
        ['uplinks', index, 'addresses'],
        'is refused in mode bridge, where the node must not answer on the segment; remove it, or use mode routed',
      );
    }
    if (catchAll >= 0 && index > catchAll) {
      report(
        ['uplinks', index],
        `is never used, because spec.uplinks[${catchAll}] has no nodeSelector and matches every node; put that one last`,
      );
    }
  });
}

/** Whether a router can be asked for on some uplink. */
function isOnUplink(via: string, uplinks: VrfSpec['uplinks']): boolean {
  const router = parseAddress(via);
  if (!router || via.startsWith('fe80:')) return true;
  return uplinks.some(({ addresses }) =>
    addresses.some((address) => {
      const network = parsePrefix(address);
      return network !== undefined && network.family === router.family && contains(network, router);
    }),
  );
}

/**
 * In mode bridge every route has a next hop, the customer's router. In mode routed the pod's is the node; `via` is
 * the node's, on an uplink.
 */
export function checkRoutes({ mode, routes, addresses, uplinks }: VrfSpec, report: Report): void {
  const targets = new Map<string, number>();
  routes.forEach(({ to, via }, index) => {
    const target = parsePrefix(to);
    if (!target) return;
    const family = target.family;
    const earlier = targets.get(to);
    if (earlier !== undefined)
      report(['routes', index, 'to'], `is that of spec.routes[${earlier}] too; keep one of them`);
    targets.set(to, index);
    if (via !== undefined) {
      if (parseBlock(via) && parseBlock(via)?.family !== family) {
        report(['routes', index, 'via'], `cannot be the next hop to ${to}; write an IPv${family} address`);
      } else if (mode === 'routed' && !isOnUplink(via, uplinks)) {
        report(['routes', index, 'via'], 'is in no network of spec.uplinks[].addresses; write a router on an uplink');
      }
    } else if (mode === 'bridge') {
      const gateway = addresses.pools.some((pool) => pool.gateway && parsePrefix(pool.subnet)?.family === family);
      if (!gateway) {
        report(['routes', index, 'to'], `has no next hop; add \`via\`, or a \`gateway\` to an IPv${family} pool`);
      }
    }
  });
}

/** Ports belong to tcp and udp, and only to them; a range goes upwards. */
export function checkExpose({ expose }: VrfSpec, report: Report): void {
  expose.forEach(({ protocol, port, endPort }, index) => {
    if (endPort !== undefined && port !== undefined && endPort < port) {
      const fix = `write port: ${endPort} and endPort: ${port}`;
      report(['expose', index, 'endPort'], `is less than port ${port}, so that the range is reversed; ${fix}`);
    }
    if (protocol === 'icmp') {
      if (port !== undefined) report(['expose', index, 'port'], 'is refused with protocol icmp; remove it');
      if (endPort !== undefined) report(['expose', index, 'endPort'], 'is refused with protocol icmp; remove it');
    } else if (port === undefined) {
      report(['expose', index, 'port'], `is missing; protocol ${protocol} needs one from 1 to 65535`);
    }
  });
}
