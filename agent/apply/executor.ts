/** Carries out a plan: steps of one place go to the kernel in one batch; a failure undoes all that was done. */
import { CniCode, CniError } from '../../common/errors.ts';
import { decodeLink } from '../netlink/codec/link-decode.ts';
import type { Message } from '../netlink/message.ts';
import type { Outcome } from '../netlink/socket.ts';
import { errnoName } from '../netlink/sys/libc.ts';
import { describeStep } from '../plan/describe.ts';
import type { Link, Namespace, Place, Sysctl } from '../plan/kernel-object.ts';
import { type DirectStep, inverse, isDirect, type Step, subject, type WireStep } from '../plan/step.ts';
import type { Deadline } from './deadline.ts';
import { carrier, encode, type Places } from './encode.ts';
import { explain } from './explain.ts';

/** What the executor cannot do through a socket. */
export interface Host {
  places: Places;
  createNamespace(namespace: Namespace): void;
  removeNamespace(namespace: Namespace): void;
}

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

/** Links whose index a step needs. */
function needs(step: WireStep): string[] {
  const object = subject(step);
  const names: (string | undefined)[] = [];
  if ('dev' in object) names.push(object.dev);
  if (object.object === 'link-settings' || (object.object === 'link' && object.kind === 'veth'))
    names.push(object.master);
  if (object.object === 'link' || object.object === 'moved-link') names.push(object.name);
  return names.flatMap((name) => (name ? [`${object.in} ${name}`] : []));
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
      if (isDirect(step)) {
        this.#flush();
        this.#direct(step);
      } else this.#queue(step);
    }
    this.#flush();
  }

  #queue(step: WireStep): void {
    const at = carrier(step);
    if (at !== this.#at || needs(step).some((name) => this.#unborn.has(name))) this.#flush();
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
    const send = () => this.#host.places(this.#at!).socket.transact(batch.flatMap(({ messages }) => messages));
    const outcomes = this.#deadline ? this.#deadline.timed(() => describeBatch(batch), send) : send();
    let next = 0;
    let failure: CniError | undefined;
    for (const { step, messages } of batch) {
      const own = outcomes.slice(next, next + messages.length);
      next += messages.length;
      const failed = own.find(({ errno }) => errno !== 0);
      if (failed) failure ??= kernelError(step, failed);
      // Half a step counts as done: its undo passes over what is not there.
      if (own.some(({ errno }) => errno === 0)) this.done.push(step);
      if (!failed) this.#learn(step, own);
    }
    if (failure) throw failure;
    this.#deadline?.check();
  }

  /** Takes the indexes of new links from the kernel's echo. */
  #learn(step: WireStep, [outcome]: Outcome[]): void {
    if (step.do === 'remove' && step.object.object === 'link')
      this.#host.places(step.object.in).forget(step.object.name);
    if (step.do === 'remove' && step.object.object === 'moved-link')
      this.#host.places(step.object.in).forget(step.object.name);
    if (step.do !== 'add') return;
    const { object } = step;
    if (object.object === 'moved-link') this.#host.places(object.from).forget(object.name);
    const body = object.object === 'link' ? outcome?.echo[0]?.body : undefined;
    if (body) this.#learnLink(object as Link, body);
  }

  #learnLink(link: Link, body: Buffer): void {
    const { index, link: peer } = decodeLink(body);
    // A VLAN device born in another namespace may get another index there.
    if (link.kind !== 'vlan' || link.parentIn === link.in) this.#host.places(link.in).remember(link.name, index);
    if (link.kind === 'veth') this.#host.places(link.peer.in).remember(link.peer.name, peer);
  }

  #direct(step: DirectStep): void {
    if (step.do === 'make') this.#host.createNamespace(step.object);
    else if (step.do === 'unmake') this.#host.removeNamespace(step.object);
    else this.#sysctl(step.to);
    this.done.push(step);
  }

  #sysctl(sysctl: Sysctl): void {
    const handle = this.#host.places(sysctl.in);
    if (handle.entry === 'never') this.leftOver.push(sysctl);
    else handle.writeSysctl(sysctl.path, sysctl.value);
  }
}

function describeBatch([first, ...rest]: readonly Entry[]): string {
  const more = rest.length === 0 ? '' : ` and ${rest.length} more`;
  return `"${describeStep(first!.step)}"${more}`;
}

function kernelError(step: Step, { errno, reason }: Outcome): CniError {
  const name = errnoName(errno);
  return new CniError(
    CniCode.kernel,
    `cannot ${describeStep(step)}: ${name}${reason ? ` (${reason})` : ''}`,
    explain(step, name),
  );
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

/** Undoes steps one by one, going on past errors, which it returns. Whatever is gone already counts as undone. */
function undo(done: readonly Step[], host: Host): string[] {
  const errors: string[] = [];
  for (const step of done.toReversed()) {
    const back = inverse(step);
    if (!back) continue;
    try {
      if (back.do === 'unmake') host.removeNamespace(back.object);
      else if (back.do === 'write') host.places(back.to.in).writeSysctl(back.to.path, back.to.value);
      else if (back.do !== 'make') {
        const outcomes = host.places(carrier(back)).socket.transact(encode(back, host.places));
        const failed = outcomes.find(({ errno }) => errno !== 0 && !gone.has(errnoName(errno)));
        if (failed) errors.push(kernelError(back, failed).message);
      }
    } catch (error) {
      if (!(error instanceof CniError && error.message.includes('does not exist'))) errors.push(String(error));
    }
  }
  return errors;
}

const gone = new Set(['ENODEV', 'ENOENT', 'ESRCH', 'EADDRNOTAVAIL', 'EINVAL', 'EEXIST']);

function withUndo(error: unknown, undoErrors: string[]): CniError {
  const failure =
    error instanceof CniError ? error : new CniError(CniCode.kernel, String((error as Error).message ?? error));
  if (undoErrors.length === 0) return failure;
  const details = [failure.details, `could not be undone: ${undoErrors.join('; ')}`].filter((part) => part).join('; ');
  return new CniError(failure.code, failure.message, details, { cause: error });
}
