/**
 * The annotation `multivrf.dev/attach`, in one of three forms:
 *
 *     customer-a
 *     customer-a=192.0.2.2/24+2001:db8::2/64,customer-b
 *     [{"vrf":"customer-a","interface":"net1","addresses":["192.0.2.2/24"],"mac":"02:00:00:00:00:01",
 *       "routes":[{"to":"198.51.100.0/24","via":"192.0.2.254"}],"accept":"any"}]
 *
 * In the second, `=` precedes the addresses of an attachment, `+` stands between two of them (dual stack)
 * and `,` between attachments.
 */
import { hostAddressFinding, nextHopFinding, routeTargetFinding } from './address-rules.ts';
import { parseAddress, parsePrefix } from './address-syntax.ts';
import { readJsonList, refuse, type Written, type WrittenText } from './annotation-syntax.ts';
import { type Finding, quote } from './finding.ts';
import { interfaceNameFinding, vrfNameFinding } from './names.ts';

/** One attachment that a pod asks for. */
export interface AttachmentRequest {
  vrf: string;
  /** Name of the pod end; absent when the agent is to choose. */
  interface?: string;
  /** With prefix length, in canonical form; absent when they come from a reservation or a pool. */
  addresses?: string[];
  /** Lower case, separated by colons; absent when derived from VRF and address. */
  mac?: string;
  /** Beside those of the VRF. */
  routes?: { to: string; via?: string }[];
  /** Whether sockets that are not bound to the VRF serve the customer; absent when the VRF is to say. */
  accept?: 'bound' | 'any';
}

const maxAttachments = 16;
const maxAddresses = 8;
const maxRoutes = 64;

/**
 * Reads the annotation's value. Throws a CniError (invalidConfig) that names the annotation, the element
 * (counted from 1) and the offending value, with what would be right in its details.
 */
export function parseAttach(value: string): AttachmentRequest[] {
  const written = value.trim().startsWith('[') ? readJsonList(value) : readShortForm(value);
  if (written.length > maxAttachments) {
    refuse(`asks for ${written.length} attachments`, `a pod has at most ${maxAttachments}`);
  }
  const requests = written.map(readAttachment);
  refuseRepeated(requests, written);
  return requests;
}

function readShortForm(value: string): Written[] {
  if (value.trim() === '') refuse('is empty', 'name a VRF, such as customer-a, or remove the annotation');
  if (value.trim().startsWith('{')) {
    refuse(`is a JSON object: ${quote(value)}`, 'write a JSON list: put it between "[" and "]"');
  }
  return value.split(',').map((element, index) => {
    const where = `element ${index + 1}`;
    if (element.trim() === '') refuse(`${where} of ${quote(value)} is empty`, 'remove the superfluous comma');
    const equals = element.indexOf('=');
    if (equals < 0) return { where, vrf: { where: `${where}: VRF`, text: element.trim() } };
    const addresses = element.slice(equals + 1).split('+');
    return {
      where,
      vrf: { where: `${where}: VRF`, text: element.slice(0, equals).trim() },
      addresses: addresses.map((text) => ({ where: `${where}: address`, text: text.trim() })),
    };
  });
}

function readAttachment(written: Written): AttachmentRequest {
  const { where, vrf, interface: device, addresses, mac, routes, accept: accepts } = written;
  if ((addresses?.length ?? 0) > maxAddresses) {
    refuse(`${where} lists ${addresses?.length} addresses`, `an attachment has at most ${maxAddresses}`);
  }
  if ((routes?.length ?? 0) > maxRoutes) {
    refuse(
      `${where} lists ${routes?.length} routes`,
      `an attachment has at most ${maxRoutes}; use spec.routes of the VRF`,
    );
  }
  return {
    vrf: accept(vrf, vrfNameFinding),
    ...(device && { interface: accept(device, interfaceNameFinding) }),
    ...(addresses && { addresses: readAddresses(addresses) }),
    ...(mac && { mac: accept(mac, macFinding).toLowerCase() }),
    ...(routes && { routes: readRoutes(routes) }),
    ...(accepts && { accept: readAccept(accepts) }),
  };
}

function readAddresses(addresses: WrittenText[]): string[] {
  const seen = new Set<bigint>();
  return addresses.map((written) => {
    const { value, text } = parsePrefix(accept(written, hostAddressFinding))!;
    if (seen.has(value)) refuse(`${written.where} ${quote(written.text)} is listed twice`, 'list each address once');
    seen.add(value);
    return text;
  });
}

function readRoutes(routes: NonNullable<Written['routes']>): { to: string; via?: string }[] {
  const seen = new Set<string>();
  return routes.map(({ to, via }) => {
    const target = parsePrefix(accept(to, routeTargetFinding))!;
    if (seen.has(target.text)) refuse(`${to.where} ${quote(to.text)} is listed twice`, 'list each destination once');
    seen.add(target.text);
    if (!via) return { to: target.text };
    const hop = parseAddress(accept(via, nextHopFinding))!;
    if (hop.family !== target.family) {
      const fix = `the next hop to ${target.text} is an IPv${target.family} address`;
      refuse(`${via.where} ${quote(via.text)} is of the wrong family`, fix);
    }
    return { to: target.text, via: hop.text };
  });
}

function readAccept({ where, text }: WrittenText): 'bound' | 'any' {
  if (text === 'bound' || text === 'any') return text;
  return refuse(`${where} ${quote(text)} is neither "bound" nor "any"`, 'write "any" for programs that cannot bind');
}

/** is_valid_ether_addr() of the kernel. */
function macFinding(text: string): Finding | undefined {
  const fix = 'write a unicast one such as 02:00:00:00:00:01, or leave it out';
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) return { problem: 'is not a MAC address', fix };
  if (Number.parseInt(text.slice(0, 2), 16) & 1) return { problem: 'is a multicast MAC address', fix };
  return /[1-9a-f]/i.test(text) ? undefined : { problem: 'is the MAC address of nobody', fix };
}

function accept({ where, text }: WrittenText, find: (text: string) => Finding | undefined): string {
  const finding = find(text);
  if (finding) refuse(`${where} ${quote(text)} ${finding.problem}`, finding.fix);
  return text;
}

/** A VRF's device carries its name in the pod, so that VRFs and interfaces share one set of names. */
function refuseRepeated(requests: AttachmentRequest[], written: Written[]): void {
  const owners = new Map<string, string>();
  requests.forEach(({ vrf }, index) => {
    const earlier = owners.get(vrf);
    const fix = 'a pod is attached to a VRF once; put all addresses into one attachment';
    if (earlier) refuse(`${written[index]!.where}: VRF ${quote(vrf)} is that of ${earlier} too`, fix);
    owners.set(vrf, written[index]!.where);
  });
  requests.forEach(({ interface: device }, index) => {
    if (device === undefined) return;
    const { where } = written[index]!;
    const earlier = owners.get(device);
    const fix = 'every interface and every VRF of a pod has a name of its own';
    if (earlier) refuse(`${where}: interface ${quote(device)} is the name of the VRF or interface of ${earlier}`, fix);
    owners.set(device, where);
  });
}
