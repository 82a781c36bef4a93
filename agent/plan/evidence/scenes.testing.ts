/** Scenes of every way to realise an attachment, and a kernel that answers as a sound one does. */
import { gateway4 } from '../desired.ts';
import { plainAddress } from '../routes.ts';
import { scenarios } from '../scenarios.testing.ts';
import { type Findings, judge } from './judge.ts';
import { uplinkOf } from './packets.ts';
import type { Answer, Judged, Question, Scene } from './statement.ts';
import { statementsOf } from './statements.ts';

export const scenes: Record<string, Scene> = Object.fromEntries(
  Object.entries(scenarios).map(([name, attachment]) => [
    name,
    {
      attachment,
      vrf: attachment.vrf,
      siblings: [attachment],
      others: [{ name: 'customer-b', addresses: ['192.0.2.77', '2001:db8::77'] }],
      nodeAddresses: ['10.0.0.5', 'fd00::5'],
      nodeNetworks: [
        { to: '10.0.0.0/24', dev: 'eth0' },
        { to: '10.244.0.0/24', dev: 'cni0' },
        { to: 'fd00::/64', dev: 'eth0' },
        { to: 'fd88::/64', dev: 'cni0' },
      ],
      podAddresses: ['10.244.0.7/24', 'fd88::7/64'],
    },
  ]),
);

const local: Answer = { type: 'local' };
const refused: Answer = { type: 'refused', error: 'EHOSTUNREACH' };
const by = (dev: string | undefined): Answer => (dev === undefined ? refused : { type: 'unicast', dev });

/** The VRF has a default route to the customer in the pod; on the node it knows the pod and the networks of the uplink. */
function soundAnswers(scene: Scene): Findings['answer'] {
  return (question) => {
    if (question.in === 'pod') return inPod(scene, question);
    return question.iif === uplinkOf(scene) || question.iif === scene.attachment.hostEnd
      ? inVrf(scene, question)
      : inMain(scene, question);
  };
}

function inPod({ attachment, podAddresses = [] }: Scene, { to, from, iif, oif }: Question): Answer {
  const { interface: dev, primary } = attachment;
  const own = iif === dev ? attachment.addresses : iif === primary ? podAddresses : [];
  if (iif !== undefined) return own.map(plainAddress).includes(to) ? local : refused;
  return oif === primary || (oif === undefined && from === undefined) ? by(primary) : by(dev);
}

function inVrf(scene: Scene, { to, iif }: Question): Answer {
  const { attachment, vrf } = scene;
  const own = (vrf.uplink?.addresses ?? []).map(plainAddress);
  if (own.includes(to) || (to === gateway4 && iif === attachment.hostEnd)) return local;
  if (attachment.addresses.map(plainAddress).includes(to)) return by(attachment.hostEnd);
  return ['192.0.2.254', '192.0.2.2', '2001:db8::2'].includes(to) ? by(uplinkOf(scene)) : refused;
}

function inMain({ nodeAddresses }: Scene, { to }: Question): Answer {
  return nodeAddresses.includes(to) ? local : by('eth0');
}

/** All statements about the scene, judged by these findings and else by those of a sound kernel. */
export function judged(scene: Scene, findings: Partial<Findings> = {}): Judged[] {
  const all = { answer: soundAnswers(scene), drifts: [], intrusions: [], ...findings };
  return statementsOf(scene).map((statement) => judge(statement, all));
}

/** The texts of those that are false. */
export const broken = (scene: Scene, findings: Partial<Findings>) =>
  judged(scene, findings)
    .filter(({ verdict }) => verdict === 'broken')
    .map(({ text }) => text);

/** The packets that `to` selects have another fate than they should. */
export const otherwise =
  (scene: Scene, selects: (question: Question) => boolean, answer: Answer): Findings['answer'] =>
  (question) =>
    selects(question) ? answer : soundAnswers(scene)(question);
