/** The real agent on a node of its own, a pod, and clients that shoot at its socket. */
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAgent, type TestAgent } from '../../test/support/agent.ts';
import { makePod, type Pod } from '../../test/support/chain.ts';
import { connectCustomer } from '../../test/support/customer.ts';
import { Lab } from '../../test/support/lab.ts';
import { linkNames } from '../../test/support/observe.ts';
import { mustBeAnswer, type Said } from './answers.ts';
import { type DescriptorKind, type Namespaces, withDescriptors } from './descriptors.ts';
import { makeOddPaths } from './odd-paths.ts';
import { requestsFor } from './originals/requests.ts';
import { must } from './target.ts';
import { connect, listenTo, send, sendAll } from './unix-client.ts';

/** One client: what it sends and how. */
export interface Shot {
  text: string;
  peer: 'root' | 'nobody';
  /** `line`: a whole line. `more`: and another behind it. `close`: ends without it. `silence`: says no more. */
  end: 'line' | 'more' | 'close' | 'silence';
  pieces: number;
  descriptors: readonly DescriptorKind[];
}

/** Longer than the agent waits for a request and than a queue of others takes. */
const patience = 30_000;
const nobody = 65534;
/** What a pod without attachments has: a VRF device goes with its namespace. */
const atHome: ReadonlySet<string> = new Set(['lo', 'customer-a']);
const vrf = {
  mode: 'bridge',
  uplinks: [{ interface: 'eth1' }],
  addresses: { pools: [{ subnet: '192.0.2.0/24', range: '192.0.2.10-192.0.2.99', gateway: '192.0.2.1' }] },
  access: { namespaces: ['bgp'] },
};

export class FuzzedAgent {
  readonly pod: Pod;
  /** Paths that lead to no namespace. */
  readonly odd: readonly string[];
  readonly #other: Pod;
  readonly #lab: Lab;
  readonly #agent: TestAgent;
  readonly #namespaces: Namespaces;
  /** Clients that have gone silent, and what becomes of them. */
  #silent: Promise<void>[] = [];
  #before: { descriptors: number; memory: number } | undefined;

  private constructor(lab: Lab, agent: TestAgent, pod: Pod, other: Pod) {
    this.#other = other;
    this.#lab = lab;
    this.#agent = agent;
    this.pod = pod;
    this.odd = makeOddPaths(lab.directory);
    this.#namespaces = { route: pod.netns.path, node: pod.node.path, other: other.netns.path };
  }

  /** An agent that serves VRF customer-a. Its socket is open to everybody: what protects it must be the agent. */
  static async start(): Promise<FuzzedAgent> {
    const lab = Lab.open();
    const node = await lab.namespace('node');
    await connectCustomer(lab, node, 'router', { uplink: 'eth1', addresses: ['192.0.2.1/24'] });
    const agent = await startAgent(lab, node);
    await agent.writeVrf('customer-a', vrf);
    for (const path of [lab.directory, dirname(agent.socket)]) chmodSync(path, 0o711);
    chmodSync(agent.socket, 0o666);
    return new FuzzedAgent(lab, agent, await makePod(lab, node, 'pod'), await makePod(lab, node, 'other'));
  }

  /** All of them at once; rejects when an answer is wrong, or when the agent does not answer afterwards. */
  async fire(shots: readonly Shot[]): Promise<void> {
    const results = await Promise.allSettled(shots.map((shot) => this.#shoot(shot)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    await this.#mustServe();
  }

  async #shoot(shot: Shot): Promise<void> {
    const uid = shot.peer === 'root' ? 0 : nobody;
    const said = this.#say(bytesOf(shot), { uid, pieces: shot.pieces, ends: shot.end === 'close' }, shot.descriptors);
    const judged = said.then((text) => this.#judge(shot, text));
    if (shot.end !== 'silence') return judged;
    this.#silent.push(judged);
    judged.catch(() => {});
  }

  async #say(
    bytes: Buffer,
    { uid, pieces, ends }: { uid: number; pieces: number; ends: boolean },
    descriptors: readonly DescriptorKind[],
  ): Promise<string> {
    const fd = connect(this.#agent.socket, uid);
    const rest = withDescriptors(descriptors, this.#namespaces, (fds) => sendPieces(fd, bytes, pieces, fds));
    await sendAll(fd, rest);
    return listenTo(fd, ends, patience);
  }

  /** What was attached is detached again. */
  async #judge(shot: Shot, text: string): Promise<void> {
    const said: Said = mustBeAnswer(shot, text);
    if (!said.ok || said.verb !== 'ADD') return;
    const undo = JSON.stringify({ ...said.request, verb: 'DEL', hasSocket: false, timeout: 20_000 });
    const answer = await this.#ask(undo);
    must(JSON.parse(answer).ok === true, `DEL of what an ADD made: ${answer}`);
  }

  #ask(text: string, descriptors: readonly DescriptorKind[] = []): Promise<string> {
    return this.#say(Buffer.from(`${text}\n`), { uid: 0, pieces: 1, ends: false }, descriptors);
  }

  async #mustServe(): Promise<void> {
    const status = requestsFor(this.pod.netns.path).find(({ verb }) => verb === 'STATUS');
    const answer = await this.#ask(JSON.stringify(status));
    must(answer === '{"ok":true}\n', `STATUS: ${answer}`);
  }

  /** Waits for those who are silent, attaches and detaches a pod, and compares the agent's process with what it was. */
  async mustBeAsBefore(): Promise<void> {
    await Promise.all(this.#silent);
    this.#silent = [];
    const [add] = requestsFor(this.pod.netns.path);
    const good: Shot = {
      text: JSON.stringify(add),
      peer: 'root',
      end: 'line',
      pieces: 1,
      descriptors: ['route'],
    };
    const said = mustBeAnswer(good, await this.#ask(good.text, good.descriptors));
    must(said.ok, `a good ADD fails: ${JSON.stringify(said)}`);
    await this.#judge(good, `${JSON.stringify({ ok: true, result: said.result })}\n`);
    must(
      !this.#agent.log().some(({ msg }) => /unhandled|uncaught|request failed/i.test(msg)),
      'the log has a failure of the agent',
    );
    const left = readdirSync(join(this.#agent.stateDirectory, 'attachments'));
    must(left.length === 0, `records are left: ${left}`);
    await this.#mustHaveLeftPods();
    await this.#compareProcess();
  }

  /** No interface of an attachment is left: of a pod, whichever socket was sent, or of the node. */
  async #mustHaveLeftPods(): Promise<void> {
    const [node = [], ...pods] = await Promise.all([this.pod.node, this.pod.netns, this.#other.netns].map(linkNames));
    const left = [...node.filter((name) => name.startsWith('mv')), ...pods.flat().filter((name) => !atHome.has(name))];
    must(left.length === 0, `interfaces are left: ${left}`);
  }

  async #compareProcess(): Promise<void> {
    const proc = `/proc/${this.#agent.pid}`;
    const now = () => ({
      descriptors: readdirSync(`${proc}/fd`).length,
      memory: Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1]) / 1024,
    });
    // Announcements keep the sockets of pods for a moment.
    await sleep(500);
    const { descriptors, memory } = now();
    this.#before ??= { descriptors, memory };
    must(descriptors <= this.#before.descriptors, `${descriptors} descriptors, ${this.#before.descriptors} before`);
    must(memory < this.#before.memory + 200, `${memory} MiB resident, ${this.#before.memory} before`);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#silent);
    await this.#agent.stop();
    await this.#lab.close();
  }
}

function bytesOf({ text, end }: Shot): Buffer {
  if (end === 'close' || end === 'silence') return Buffer.from(text.replaceAll('\n', ' '));
  return Buffer.from(end === 'line' ? `${text}\n` : `${text}\n${text}\n`);
}

/** Sends what the socket takes at once, the descriptors with each piece; returns the rest. */
function sendPieces(fd: number, bytes: Buffer, pieces: number, descriptors: readonly number[]): Buffer {
  const size = Math.max(1, Math.ceil(bytes.length / pieces));
  for (let at = 0; at < bytes.length; ) {
    const sent = send(fd, bytes.subarray(at, at + size), descriptors);
    if (sent === undefined) return Buffer.alloc(0);
    if (sent === 0) return bytes.subarray(at);
    at += sent;
  }
  return Buffer.alloc(0);
}
