/** One call of the plugin, and what may come of it whatever is wrong with it. */
import fc from 'fast-check';
import { supportedVersions } from '../../common/cni.ts';
import { mustBeCniError } from './cni-error.ts';
import { mutatedBytes } from './mutate/bytes.ts';
import { mutatedJson } from './mutate/json.ts';
import { strangeTexts } from './mutate/strange.ts';
import { configsFor, environmentFor, type Places } from './originals/calls.ts';
import { must } from './target.ts';

const verbs = ['ADD', 'DEL', 'CHECK', 'GC', 'STATUS', 'VERSION'];

/** Undefined stands for a variable that is not set. */
type Environment = Record<string, string | undefined>;

export interface Call {
  stdin: string;
  env: Environment;
}

/** What the call came to. */
export interface Outcome {
  status: number;
  stdout: string;
}

/** Bytes that are no UTF-8, as lone surrogates from U+DC80 on (PEP 383). */
const noText = ['\udcff\udcfe', 'eth\udcc3', '/\udc80/bin', 'K8S_POD_NAME=\udce9'];

const strange = [
  // No environment can hold a NUL.
  ...strangeTexts.filter((text) => !text.includes('\0')).map((text) => text.toWellFormed()),
  ...noText,
];

function environment(good: Record<string, string>, odd: readonly string[]): fc.Arbitrary<Environment> {
  const change = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc.constantFrom(...Object.keys(good), 'CNI_COMMAND'),
        fc.option(fc.constantFrom(...strange), { nil: undefined }),
      ),
    },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('CNI_NETNS', 'CNI_PATH'), fc.constantFrom(...odd)) },
  );
  return fc
    .tuple(fc.constantFrom(...verbs), fc.oneof(fc.constant([]), fc.array(change, { maxLength: 2 })))
    .map(([CNI_COMMAND, changes]) => ({ CNI_COMMAND, ...good, ...Object.fromEntries(changes) }));
}

const bytesOf = (config: unknown) => Buffer.from(JSON.stringify(config));

/** Calls derived from real ones; some have a good configuration and a bad environment, most the other way round. */
export function calls(places: Places): fc.Arbitrary<Call> {
  const configs = configsFor(places);
  const stdin = fc.oneof(
    { weight: 5, arbitrary: mutatedJson(configs) },
    { weight: 2, arbitrary: fc.constantFrom(...configs).map((config) => JSON.stringify(config)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()) },
    { weight: 1, arbitrary: mutatedBytes(configs.map(bytesOf)).map((bytes) => bytes.toString('latin1')) },
  );
  return fc.record({ stdin, env: environment(environmentFor(places), places.odd) });
}

/** Throws unless the outcome is a result, silence, or one well-formed error. */
export function mustBeOutcome({ env, stdin }: Call, { status, stdout }: Outcome): void {
  must(status === 0 || status === 1, `exit status ${status}`);
  const verb = env.CNI_COMMAND ?? '';
  if (status === 0 && stdout === '') {
    must(verb !== 'ADD' && verb !== 'VERSION', `${verb} prints nothing`);
    return;
  }
  must(stdout.endsWith('\n') && stdout.indexOf('\n') === stdout.length - 1, `not one line: ${stdout.slice(0, 300)}`);
  const output: unknown = JSON.parse(stdout);
  must(typeof output === 'object' && output !== null && !Array.isArray(output), `no object: ${stdout.slice(0, 300)}`);
  if (status === 0) {
    must(verb === 'ADD' || verb === 'VERSION', `${verb} prints ${stdout.slice(0, 300)}`);
    return;
  }
  const { cniVersion, code, msg } = output as Record<string, unknown>;
  must(
    supportedVersions.some((one) => one === cniVersion),
    `an error of version ${JSON.stringify(cniVersion)}`,
  );
  mustBeCniError(output);
  must(!String(msg).startsWith('unexpected failure'), `an error that nobody thought of: ${stdout.slice(0, 600)}`);
  if (verb === 'DEL') mustBeWorthRepeating(stdin, Number(code), stdout);
}

/** A runtime repeats a failed DEL for ever: only what another try or another call can cure may fail. */
function mustBeWorthRepeating(stdin: string, code: number, stdout: string): void {
  const delegated = stdin.includes('"ipam"');
  must(delegated || [1, 4, 5, 6].includes(code), `DEL fails: ${stdout.slice(0, 300)}`);
}
