/** multivrfctl: what is attached on this node, the evidence that it is isolated, and how the agent is. */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { explain } from '../common/errors.ts';
import { defaultAgentSocket, type ListedAttachment } from '../common/protocol.ts';
import { list, status, type Verified, verify } from './ask.ts';
import { filtersText, listText, verifyText } from './print.ts';
import { select } from './select.ts';

/** Exit codes: a statement is false; one could not be judged; no pod can be attached; the command itself failed. */
const exit = { broken: 1, unknown: 2, unready: 1, failed: 3 } as const;

const pod = {
  describe: 'NAMESPACE/POD, POD, or a container id; all of this node without one',
  type: 'string',
} as const;

const alive = { describe: 'Exit 0 whatever the agent answers, if it does', type: 'boolean', default: false } as const;

interface Options {
  socket: string;
  output: string;
  pod?: string | undefined;
}

function show<T>(found: readonly T[], { output }: Options, text: (found: readonly T[]) => string): void {
  process.stdout.write(`${output === 'json' ? JSON.stringify(found, undefined, 2) : text(found)}\n`);
}

function showList(options: Options, text: (found: readonly ListedAttachment[]) => string): void {
  show(select(list(options.socket), options.pod), options, text);
}

function runVerify(options: Options): void {
  const verified: Verified[] = select(list(options.socket), options.pod).map((one) => verify(options.socket, one));
  show(verified, options, verifyText);
  const verdicts = new Set(verified.flatMap(({ statements }) => statements.map(({ verdict }) => verdict)));
  if (verdicts.has('broken')) process.exitCode = exit.broken;
  else if (verdicts.has('unknown')) process.exitCode = exit.unknown;
}

function runStatus({ socket, output, alive }: { socket: string; output: string; alive: boolean }): void {
  const { attaches, text } = status(socket);
  if (output === 'json') process.stdout.write(`${JSON.stringify({ attaches, text })}\n`);
  else process[attaches ? 'stdout' : 'stderr'].write(`${text}\n`);
  if (!attaches && !alive) process.exitCode = exit.unready;
}

function fail(message: string): never {
  process.stderr.write(`multivrfctl: ${message}\n`);
  process.exit(exit.failed);
}

const options = yargs(hideBin(process.argv))
  .scriptName('multivrfctl')
  .option('socket', { type: 'string', default: defaultAgentSocket, describe: "The agent's unix socket" })
  .option('output', { alias: 'o', choices: ['table', 'json'], default: 'table', describe: 'How to print' })
  .command(
    'list [pod]',
    'attachments, their state and what their filters dropped',
    (y) => y.positional('pod', pod),
    (o) => showList(o, listText),
  )
  .command(
    'filters [pod]',
    'the filter programs in words',
    (y) => y.positional('pod', pod),
    (o) => showList(o, filtersText),
  )
  .command(
    'verify [pod]',
    'prove from the kernel that attachments are isolated; exit 1 when a statement is false, 2 when one is unknown',
    (y) => y.positional('pod', pod),
    runVerify,
  )
  .command(
    'status',
    'whether the agent can attach pods; exit 1 when it says why not, 3 when it does not answer',
    (y) => y.option('alive', alive),
    (o) => runStatus(o),
  )
  .demandCommand(1, 'name a command')
  .strict()
  .fail((message, error) => {
    // A handler's error comes by itself.
    if (!error) fail(message);
    throw error;
  });

try {
  await options.parseAsync();
} catch (error) {
  fail(explain(error));
}
