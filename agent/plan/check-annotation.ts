/** Whether the annotation still asks for what was attached. */
import type { AttachmentRequest } from '../api/annotation.ts';
import { type Drift, heals } from './check-drift.ts';
import type { Attachment } from './desired.ts';
import { familyOf, plainAddress } from './routes.ts';

/** An attachment that the annotation asks for and that is not there. */
export function notAttached(requests: readonly AttachmentRequest[], attachments: readonly Attachment[]): string[] {
  const attached = new Set(attachments.map(({ vrf }) => vrf.name));
  return requests.map(({ vrf }) => vrf).filter((vrf) => !attached.has(vrf));
}

/** How the annotation differs from what it said when `attachment` was made. */
export function annotationDrifts(requests: readonly AttachmentRequest[], attachment: Attachment): Drift[] {
  const request = requests.find(({ vrf }) => vrf === attachment.vrf.name);
  const texts = request ? changes(request, attachment) : ['the annotation no longer asks for it'];
  return texts.map((text) => ({ text, heal: heals.annotation }));
}

function changes(request: AttachmentRequest, attachment: Attachment): string[] {
  const { interface: dev, addresses, mac, routes, accept = 'bound' } = attachment;
  const texts: string[] = [];
  const says = (what: string, attached: string) =>
    texts.push(`the annotation now says ${what}, attached is ${attached}`);
  if (request.interface !== undefined && request.interface !== dev) says(`interface ${request.interface}`, dev);
  if (request.mac !== undefined && request.mac !== mac) says(`MAC ${request.mac}`, mac);
  const wanted = request.addresses?.map(plainAddress).toSorted();
  // In routed mode an attachment keeps the address without the length that was asked for.
  const has = addresses.map(plainAddress).toSorted();
  if (wanted && wanted.join() !== has.join()) says(`address ${request.addresses?.join(', ')}`, addresses.join(', '));
  if (request.accept !== undefined && request.accept !== accept) says(`accept ${request.accept}`, accept);
  const families = new Set(addresses.map(familyOf));
  for (const { to, via } of request.routes ?? []) {
    const kept = routes.some((route) => route.to === to && (via === undefined || route.via === via));
    if (families.has(familyOf(to)) && !kept)
      says(`route ${to}${via === undefined ? '' : ` via ${via}`}`, 'no such route');
  }
  return texts;
}
