/** Carries out a plan: steps of one place go to the kernel in one batch; a failure undoes all that was done. */
import type { CniError } from '../../common/errors.ts';
import { decodePosition } from '../netlink/codec/link-position.ts';
import type { Message } from '../netlink/message.ts';
import type { Outcome } from '../netlink/socket.ts';
import { describeStep } from '../plan/describe.ts';
import type { Link, Place, Sysctl } from '../plan/kernel-object.ts';
import { type DirectStep, isDirect, type Step, subject, type WireStep } from '../plan/step.ts';
import type { Deadline } from './deadline.ts';
import { carrier, encode } from './encode.ts';
import { kernelError } from './explain.ts';
import type { Host } from './host.ts';
import { undo, withUndo } from './undo.ts';

/** Sysctls of places that the agent may not enter: whoever is inside writes them. */
type LeftOver = Sysctl[];

interface Entry {
  step: WireStep;
  messages: Message[];
}

/** Links that a step brings into being, as `place name`: later steps need their index. */
function born(step: Step): string[] {
  if (step.do !== 'add') return [];
  const { object } = step;
  if (object.object === 'moved-link') return [`${object.in} ${object.name}`];
  if (object.object !== 'link') return [];
  return [`${object.in} ${object.name}`, ...(object.kind === 'veth' ? [`${object.peer.in} ${object.peer.name}`] : [])];
}

/** Whether a step needs the index of one of the links `unborn`. */
function waitsFor(step: WireStep, unborn: ReadonlySet<string>): boolean {
  const object = subject(step);
  const isUnborn = (name: string | undefined) => name !== undefined && unborn.has(`${object.in} ${name}`);
  if ('dev' in object && isUnborn(object.dev)) return true;
  if (object.object === 'filter' && isUnborn(object.divert?.to)) return true;
  if (object.object === 'link-settings' || (object.object === 'link' && object.kind === 'veth')) {
    if (isUnborn(object.master)) return true;
  }
  return (object.object === 'link' || object.object === 'moved-link') && isUnborn(object.name);
}

class Execution {
  readonly #host: Host;
  readonly #deadline: Deadline | undefined;
  readonly done: Step[] = [];
  readonly leftOver: LeftOver = [];
  #batch: Entry[] = [];
  #at: Place | undefined;
  readonly #unborn = new Set<string>();

  constructor(host: Host, deadline: Deadline | undefined) {
    this.#host = host;
    this.#deadline = deadline;
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.do === 'write' && this.#host.places(step.to.in).entry === 'never') this.leftOver.push(step.to);
      else if (isDirect(step)) {
        this.#flush();
        this.#direct(step);
      } else this.#queue(step);
    }
    this.#flush();
  }

  #queue(step: WireStep): void {
    const at = carrier(step);
    if (at !== this.#at || (this.#unborn.size > 0 && waitsFor(step, this.#unborn))) this.#flush();
    this.#at = at;
    let messages: Message[];
    try {
      messages = encode(step, this.#host.places);
    } catch (error) {
      // What waits in the batch comes first, so that an undo sees it.
      this.#flush();
      throw error;
    }
    this.#batch.push({ step, messages });
    for (const name of born(step)) this.#unborn.add(name);
  }

  #flush(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#unborn.clear();
    if (batch.length === 0) return;
    const all: Message[] = [];
    for (const { messages } of batch) all.push(...messages);
    const send = () => this.#host.places(this.#at!).socket.transact(all);
    const outcomes = this.#timed(() => describeBatch(batch), send);
    let at = 0;
    let failure: CniError | undefined;
    for (const { step, messages } of batch) {
      const first = outcomes[at];
      let failed: Outcome | undefined;
      let successes = 0;
      for (const end = at + messages.length; at < end; at++) {
        const outcome = outcomes[at]!;
        if (outcome.errno === 0) successes++;
        else failed ??= outcome;
      }
      if (failed) failure ??= kernelError(step, failed);
      // Half a step counts as done: its undo passes over what is not there.
      if (successes > 0) this.done.push(step);
      if (!failed) this.#learn(step, first);
    }
    if (failure) throw failure;
    this.#deadline?.check();
  }

  #timed<T>(what: () => string, action: () => T): T {
    return this.#deadline ? this.#deadline.timed(what, action) : action();
  }

  /** Takes the indexes of new links from the kernel's echo. */
  #learn(step: WireStep, outcome: Outcome | undefined): void {
    if (step.do === 'remove' && (step.object.object === 'link' || step.object.object === 'moved-link'))
      this.#host.places(step.object.in).forget(step.object.name);
    if (step.do !== 'add') return;
    const { object } = step;
    if (object.object === 'moved-link') this.#host.places(object.from).forget(object.name);
    const body = object.object === 'link' ? outcome?.echo[0]?.body : undefined;
    if (body) this.#learnLink(object as Link, body);
  }

  #learnLink(link: Link, body: Buffer): void {
    const { index, link: peer } = decodePosition(body);
    // A VLAN device born in another namespace may get another index there.
    if (link.kind !== 'vlan' || link.parentIn === link.in) this.#host.places(link.in).remember(link.name, index);
    if (link.kind === 'veth') this.#host.places(link.peer.in).remember(link.peer.name, peer);
  }

  #direct(step: DirectStep): void {
    this.#timed(
      () => `"${describeStep(step)}"`,
      () => {
        if (step.do === 'make') this.#host.createNamespace(step.object);
        else if (step.do === 'unmake') this.#host.removeNamespace(step.object);
        else this.#host.places(step.to.in).writeSysctl(step.to.path, step.to.value);
      },
    );
    this.done.push(step);
    this.#deadline?.check();
  }
}

function describeBatch([first, ...rest]: readonly Entry[]): string {
  const more = rest.length === 0 ? '' : ` and ${rest.length} more`;
  return `"${describeStep(first!.step)}"${more}`;
}

/**
 * Applies `steps` in order. On failure everything already done is undone, last first; the error thrown is the
 * first one, its details name whatever could not be undone. A `deadline` that passes is a failure. Returns the sysctls
 * left to the plugin.
 */
export function apply(steps: readonly Step[], host: Host, deadline?: Deadline): LeftOver {
  const execution = new Execution(host, deadline);
  try {
    execution.run(steps);
  } catch (error) {
    throw withUndo(error, undo(execution.done, host));
  }
  return execution.leftOver;
}
