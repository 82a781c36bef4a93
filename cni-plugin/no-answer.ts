/** What can go wrong between plugin and agent before there is an answer: the same whatever the compiler. */
import { CniCode, CniError } from '../common/errors.ts';

/**
 * How far a request came: nobody listens (`away`), something else keeps us from connecting (`unreachable`),
 * the connection ended before the answer did (`cutOff`), the time was over (`silent`), what came is no
 * answer (`nonsense`).
 */
type Fault = 'away' | 'unreachable' | 'cutOff' | 'silent' | 'nonsense';

/** No answer, or none that we understand. */
export class NoAnswer extends CniError {
  readonly fault: Fault;

  constructor(fault: Fault, code: CniCode, message: string, details: string) {
    super(code, message, details);
    this.fault = fault;
  }

  /** Whether the agent may have got the request, and may be at it still. */
  get reached(): boolean {
    return this.fault !== 'away' && this.fault !== 'unreachable';
  }
}

/**
 * Nobody accepts connections on the agent's socket. `passing` tells that this ends when the agent starts or has
 * time: no such file, nobody listens, the queue is full (ENOENT, ECONNREFUSED, EAGAIN).
 */
export function agentAway(socketPath: string, passing: boolean, reason: string): NoAnswer {
  return new NoAnswer(
    passing ? 'away' : 'unreachable',
    CniCode.tryAgainLater,
    `the agent does not answer on ${socketPath}: ${reason}`,
    'is the DaemonSet multivrf-agent running on this node? The runtime tries again; pods without the annotation are not affected',
  );
}

/** The agent accepted the request and was silent for `waited` milliseconds. */
export function agentSilent(socketPath: string, waited: number): NoAnswer {
  return new NoAnswer(
    'silent',
    CniCode.tryAgainLater,
    `no answer from the agent on ${socketPath} within ${(waited / 1000).toFixed(1)} s`,
    'look into the log of the DaemonSet multivrf-agent on this node for what holds it up',
  );
}

/** The connection ended in the middle of the answer, or before it. */
export function answerCutOff(socketPath: string, received: string, reason: string): NoAnswer {
  const got = received === '' ? 'nothing' : `${received.length} characters of an unfinished line`;
  return new NoAnswer(
    'cutOff',
    CniCode.tryAgainLater,
    `the agent on ${socketPath} ended the connection before its answer was complete: received ${got} (${reason})`,
    'the agent probably restarted; the runtime tries again',
  );
}

const foreign = 'plugin and agent are of different versions, or the socket belongs to another program';

/** More than one frame of the protocol came without an end of line. */
export function answerTooLong(socketPath: string, limit: number): NoAnswer {
  return new NoAnswer(
    'nonsense',
    CniCode.ioFailure,
    `the answer of the agent on ${socketPath} is longer than ${limit} bytes`,
    foreign,
  );
}

/** A line came that is no reply of the protocol. */
export function answerUnknown(socketPath: string, line: string): NoAnswer {
  return new NoAnswer(
    'nonsense',
    CniCode.decodeFailure,
    `the answer on ${socketPath} is not one of a multivrf agent, it begins with ${JSON.stringify(line.slice(0, 60))}`,
    foreign,
  );
}
