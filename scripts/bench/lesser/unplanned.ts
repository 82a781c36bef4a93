/**
 * Stands in for planning in an ADD (`hostEnd`, `podSide`, `apply` of server/attach.ts): the changes of a recorded ADD are sent to the
 * kernel, whatever the attachment is, under its own host end's name and no more of it.
 */
import { readFileSync } from 'node:fs';
import type * as Executor from '../../../agent/apply/executor.ts';
import { type Attachment, vrfPlace } from '../../../agent/plan/desired.ts';
import type * as HostEnd from '../../../agent/plan/host-end.ts';
import type * as Pod from '../../../agent/plan/pod.ts';
import { BareLoop } from '../bare-loop.ts';
import { isRequest } from '../message-fields.ts';
import { fromText } from '../recording.ts';

let attachment: Attachment | undefined;
let loop: BareLoop | undefined;

export const hostEnd: typeof HostEnd.hostEnd = (one) => {
  attachment = one;
  return [];
};

export const podSide: typeof Pod.podSide = () => [];

export const apply: typeof Executor.apply = (_, { places }) => {
  loop ??= new BareLoop(changes(), places(vrfPlace(attachment!.vrf)).socket.fd);
  loop.run(places('pod').socket.fd, attachment!.hostEnd);
  return [];
};

function changes() {
  const recorded = fromText(readFileSync(process.env.MULTIVRF_BENCH_RECORDING!, 'utf8'));
  return recorded.filter(({ bytes }) => !isRequest(bytes));
}
