/** A frame of the agent's socket as a request, or a refusal that says what is wrong with it. */
import { CniCode, CniError } from '../../common/errors.ts';
import { brief } from '../../common/printable.ts';
import { protocolVersion, type Request } from '../../common/protocol.ts';
import { quote } from '../api/finding.ts';

type Check = (value: unknown) => boolean;

/** Becomes part of a file's name, which half a character cannot. */
const text: Check = (value) => typeof value === 'string' && value.isWellFormed();
/** With an interface's name it must be no longer than a file's name may be (255 bytes). */
const container: Check = (value) => typeof value === 'string' && text(value) && encodeURIComponent(value).length <= 200;
const flag: Check = (value) => typeof value === 'boolean';
const object: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const attachments: Check = (value) =>
  Array.isArray(value) && value.every((one) => object(one) && text(one.containerId) && text(one.ifname));

const head: Record<string, Check> = {
  network: text,
  // A timer takes no more.
  timeout: (value) => typeof value === 'number' && Math.abs(value) < 2 ** 31,
};
const pod = { ...head, containerId: text, ifname: text, netns: text, args: text, hasSocket: flag };

const fields: Record<Request['verb'], Record<string, Check>> = {
  ADD: { ...pod, containerId: container, attach: text },
  DEL: pod,
  CHECK: { ...pod, containerId: container, attach: text, prevResult: object },
  GC: { ...head, valid: attachments },
  STATUS: head,
  LIST: head,
  VERIFY: { ...head, containerId: text, interface: text, hasSocket: flag },
};

/** Parses one line. Throws a CniError 6 that names the first field that is missing or of the wrong type. */
export function parseRequest(line: string): Request {
  const value = parseObject(line);
  if (value.protocol !== protocolVersion) {
    throw new CniError(
      CniCode.decodeFailure,
      `the plugin speaks protocol ${quote(value.protocol)}, the agent ${protocolVersion}`,
      'plugin and agent are of different releases: install the plugin that came with the agent',
    );
  }
  const { verb } = value;
  const known = typeof verb === 'string' && Object.hasOwn(fields, verb) ? fields[verb as Request['verb']] : undefined;
  if (!known) throw wrong('verb', verb);
  for (const name in known) if (!known[name]!(value[name])) throw wrong(name, value[name]);
  return value as unknown as Request;
}

function parseObject(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new CniError(CniCode.decodeFailure, `the request is not JSON: ${brief((error as Error).message)}`);
  }
  if (!object(value)) throw wrong('object', value);
  return value as Record<string, unknown>;
}

function wrong(name: string, value: unknown): CniError {
  const is = value === undefined ? 'missing' : `of the wrong type or value: ${quote(value)}`;
  return new CniError(CniCode.decodeFailure, `the request's ${name} is ${is}`);
}
