/** Sends the probes of all cells, waits until nothing more is heard, and judges. */
import { setTimeout as sleep } from 'node:timers/promises';
import { list, verify } from '../../cli/ask.ts';
import { arrived, type Cell, judge, type Wrong } from './cells/cell.ts';
import { cellsOf } from './cells/table.ts';
import { worldOf } from './describe.ts';
import { type Comparison, compare, type Evidence, judgements, untold } from './evidence.ts';
import type { Opening } from './openings.ts';
import { probe } from './probe.ts';
import type { MatrixScene } from './scene.ts';
import { tokens } from './sightings.ts';
import { FrameSender, type Sock } from './sockets.ts';
import { traceCells, traces } from './traces.ts';
import type { Sighting } from './witness.ts';
import type { World } from './world.ts';

/** How many cells there were, which of them are not as the table says, and how the agent's evidence compares. */
export interface Outcome extends Comparison {
  cells: number;
  wrong: Wrong[];
}

const quiet = 300;
/** So few at once that no queue of the kernel overflows. */
const burst = 50;

const sourceOf = ({ shot }: Cell) => (shot.by === 'frame' ? shot.port.netns : shot.netns);

let next: number = tokens.first;

function takeToken(): number {
  next = next >= tokens.last ? tokens.first : next + 1;
  return next;
}

class Run {
  readonly #scene: MatrixScene;
  readonly #senders = new Map<string, FrameSender>();
  readonly #sockets: Sock[] = [];
  readonly #heard = new Map<string, Sighting[]>();

  constructor(scene: MatrixScene) {
    this.#scene = scene;
  }

  /** Waits for all that must come; with `until`, for one that is wrong. */
  async judge(cells: readonly Cell[], patience: number, until?: 'one is wrong'): Promise<Wrong[]> {
    this.#scene.witnesses.collect();
    const numbered = cells.map((cell) => ({ cell, token: takeToken() }));
    for (let i = 0; i < numbered.length; i += burst) {
      for (const { cell, token } of numbered.slice(i, i + burst)) this.#send(cell, token);
      this.#listen();
      await sleep(1);
    }
    const heardOf = ({ cell, token }: (typeof numbered)[number]) =>
      cell.asks === undefined
        ? (this.#heard.get(String(token)) ?? [])
        : (this.#heard.get(cell.asks) ?? []).filter(({ netns }) => netns === sourceOf(cell));
    const wrong = () => numbered.flatMap((one) => judge(one.cell, heardOf(one)) ?? []);
    const complete = () => numbered.every((one) => arrived(one.cell, heardOf(one), sourceOf(one.cell)));
    await this.#settle(until === undefined ? complete : () => wrong().length > 0, patience);
    return wrong();
  }

  #send({ shot }: Cell, token: number): void {
    if (shot.by === 'stack') {
      this.#sockets.push(probe(this.#scene.namespaces.get(shot.netns)!, shot.probe, token));
      return;
    }
    const { netns, dev } = shot.port;
    const key = `${netns} ${dev}`;
    const sender = this.#senders.get(key) ?? new FrameSender(this.#scene.namespaces.get(netns)!, dev);
    this.#senders.set(key, sender);
    sender.send(shot.frame(token));
  }

  /** Whether anything new was heard. */
  #listen(): boolean {
    const sightings = this.#scene.witnesses.collect();
    for (const one of sightings) this.#heard.set(one.key, [...(this.#heard.get(one.key) ?? []), one]);
    return sightings.length > 0;
  }

  async #settle(complete: () => boolean, patience: number): Promise<void> {
    const end = Date.now() + patience;
    for (let since = Date.now(); Date.now() < end; ) {
      await sleep(20);
      if (this.#listen()) since = Date.now();
      else if (Date.now() - since > quiet && complete()) return;
    }
  }

  close(): void {
    for (const one of [...this.#senders.values(), ...this.#sockets]) one.close();
  }
}

/** What has to come may take as long as a busy machine needs; milliseconds. */
const patient = 10_000;

/** Runs every cell once, as things are in the scene now, and compares with the agent's evidence. */
export async function runMatrix(scene: MatrixScene): Promise<Outcome> {
  const world = await worldOf(scene);
  const cells = cellsOf(world);
  const wrong = await packets(scene, cells, patient);
  const traced = traceCells(world);
  const all = [...wrong, ...(await traces(scene, world))];
  return {
    cells: cells.length + traced.length,
    wrong: all,
    ...compare(judgements(cells, traced, all, world, evidenceOf(scene))),
  };
}

/** What evidence makes of a scene in which something is open. */
interface Opened {
  /** What passes that must not. */
  wrong: Wrong[];
  /** What passes though all that is stated of it holds. */
  untold: string[];
  /** Statements that are false. */
  broken: string[];
}

/** What an opening lets pass, and whether the agent's evidence tells of all of it. `world` is the scene's. */
export async function runOpened(
  scene: MatrixScene,
  world: World,
  { passes }: Pick<Opening, 'passes'>,
): Promise<Opened> {
  const denied = cellsOf(world).filter(({ allowed }) => allowed === undefined);
  const passed = await packets(scene, denied, patient, passes ? 'one is wrong' : undefined);
  const evidence = evidenceOf(scene);
  const wrong = [...passed, ...(await traces(scene, world))];
  return {
    wrong,
    untold: untold(judgements(denied, traceCells(world), wrong, world, evidence)),
    broken: [...evidence.values()].flat().flatMap(({ text, verdict }) => (verdict === 'broken' ? [text] : [])),
  };
}

async function packets(
  scene: MatrixScene,
  cells: readonly Cell[],
  patience: number,
  until?: 'one is wrong',
): Promise<Wrong[]> {
  const run = new Run(scene);
  try {
    return await run.judge(cells, patience, until);
  } finally {
    run.close();
  }
}

/** What the agent states of each attachment now. */
function evidenceOf({ agent: { socket } }: MatrixScene): Evidence {
  return new Map(list(socket).map((one) => [one.pod, verify(socket, one).statements]));
}
