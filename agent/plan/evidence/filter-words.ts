/** The filter programs of an attachment, in words: what they let pass. Whether they are in place is a statement. */
import type { Attachment } from '../desired.ts';
import { familyOf, ownLinkLocal, plainAddress } from '../routes.ts';

/** One program, as `multivrfctl filters` prints it. */
export interface FilterWords {
  /** What it is for. */
  filter: string;
  /** Each is one kind of frame that passes; everything else is dropped. */
  passes: string[];
}

/** One program each, in the order in which packets from the pod, and then to it, meet them. */
export function filterWords(attachment: Attachment): FilterWords[] {
  const { mac, hostEnd, vrf } = attachment;
  const own = [...attachment.addresses.map(plainAddress), ...ownLinkLocal(attachment)];
  const of = (family: 4 | 6) => own.filter((address) => familyOf(address) === family).join(', ');
  const [v4, v6] = [of(4), of(6)];
  const to = (words: string, addresses: string) => (addresses === '' ? [] : [`${words} ${addresses}`]);
  return [
    {
      filter: `from the pod: ingress of ${hostEnd}, source MAC ${mac} only, untagged`,
      passes: [
        ...to('ARP that claims no address but', v4),
        ...to('IPv4 from', v4),
        ...to('IPv6 and neighbour discovery from', v6),
        ...(v6 === '' ? [] : ['duplicate address detection of its own addresses, MLD reports']),
        ...(vrf.mode === 'routed'
          ? ['of all that, to the gateway, the link and the node in the VRF only ARP, neighbour discovery and echo']
          : []),
      ],
    },
    {
      filter: `towards the pod: egress of ${hostEnd}, untagged, unfragmented, without IPv6 extension headers`,
      passes: [
        ...to('ARP for', v4),
        ...to('neighbour discovery for', v6),
        ...exposed(attachment).map((what) => `${what} to ${own.join(', ')}`),
        `TCP segments with ACK or RST, and echo replies, to ${own.join(', ')}`,
        ...(v4 === '' ? [] : [`ICMP errors to ${v4} about TCP, UDP and echo requests from there`]),
        ...(v6 === '' ? [] : [`ICMP errors to ${v6} about packets from there`]),
      ],
    },
  ];
}

function exposed({ expose }: Attachment): string[] {
  return expose.flatMap(({ protocol, port, endPort }) => {
    if (protocol === 'icmp') return 'ICMP echo requests';
    const ports = `${protocol}/${port}${endPort === undefined || endPort === port ? '' : `-${endPort}`}`;
    return protocol === 'udp' ? [ports, `whatever comes from ${ports}`] : ports;
  });
}
