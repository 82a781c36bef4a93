/**
 * Attach and detach beside the reference Go plugins, interleaved in one run: these machines are noisy, so that
 * only medians and ratios say anything. Writes build/bench.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { execaSync } from 'execa';
import type { Prepared } from './spawn.ts';
import { median, quantile } from './statistics.ts';
import { type Pod, referenceVersion, World } from './world.ts';

interface Row {
  question: string;
  ours: number;
  peer: number;
  peerName: string;
  ratio: number;
  goal: number;
  ok: boolean;
  unit: 'ms';
  runs: number;
  p99: number;
}

const runs = Number(process.env.MULTIVRF_BENCH_RUNS ?? 60);
const burstRuns = Number(process.env.MULTIVRF_BENCH_BURSTS ?? 50);
const warmup = 10;
const burst = 100;

function row(question: string, peerName: string, goal: number, ours: readonly number[], peer: readonly number[]): Row {
  const round = (value: number) => Math.round(value * 100) / 100;
  const ratio = round(median(ours) / median(peer));
  return {
    question,
    ours: round(median(ours)),
    peer: round(median(peer)),
    peerName,
    ratio,
    goal,
    ok: ratio <= goal,
    unit: 'ms',
    runs: ours.length,
    p99: round(quantile(ours, 0.99)),
  };
}

/** Times two programs one after the other, and answers in the order given. */
function pair(firstFirst: boolean, first: Prepared, second: Prepared): [number, number] {
  if (firstFirst) return [first.time(), second.time()];
  const later = second.time();
  return [first.time(), later];
}

/** Lets the kernel finish with deleted namespaces, which it does in the background under the lock of all networking. */
function settle(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** One after the other, ours and theirs in turn, each in a namespace of its own. */
function single(world: World): Row[] {
  const times = {
    add: [] as number[],
    del: [] as number[],
    peerAdd: [] as number[],
    peerDel: [] as number[],
    pass: [] as number[],
    lo: [] as number[],
  };
  for (let i = -warmup; i < runs; i++) {
    const ours = world.pod();
    const theirs = world.pod();
    // Who goes first changes each time: the first meets what the kernel still has to clear away of the last pair.
    const turn = i % 2 === 0;
    const [add, peerAdd] = pair(turn, world.ours('ADD', ours, true), world.bridge('ADD', theirs));
    const [del, peerDel] = pair(turn, world.ours('DEL', ours, true), world.bridge('DEL', theirs));
    const [pass, lo] = pair(turn, world.ours('ADD', ours, false), world.loopback('ADD', theirs));
    const sample = { add, peerAdd, del, peerDel, pass, lo };
    world.removePod(ours);
    world.removePod(theirs);
    settle(60);
    if (i < 0) continue;
    for (const [name, value] of Object.entries(sample)) times[name as keyof typeof times].push(value);
  }
  return [
    row('add', 'bridge+static', 0.8, times.add, times.peerAdd),
    row('del', 'bridge+static', 0.3, times.del, times.peerDel),
    row('passthrough', 'loopback', 1.7, times.pass, times.lo),
  ];
}

function timeBurst(programs: readonly Prepared[]): number {
  const began = process.hrtime.bigint();
  const started = programs.map((program) => ({ program, pid: program.start() }));
  for (const { program, pid } of started) program.wait(pid);
  return Number(process.hrtime.bigint() - began) / 1e6;
}

/** A hundred pods at once: from the first start to the last exit. */
function bursts(world: World): Row {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = -1; i < burstRuns; i++) {
    const pods = (): Pod[] => Array.from({ length: burst }, () => world.pod());
    const own = pods();
    const other = pods();
    const time = timeBurst(own.map((pod) => world.ours('ADD', pod, true)));
    const peer = timeBurst(other.map((pod) => world.bridge('ADD', pod)));
    timeBurst(own.map((pod) => world.ours('DEL', pod, true)));
    timeBurst(other.map((pod) => world.bridge('DEL', pod)));
    for (const pod of [...own, ...other]) world.removePod(pod);
    settle(1000);
    if (i < 0) continue;
    ours.push(time);
    theirs.push(peer);
  }
  return row('burst100', 'bridge+static', 0.6, ours, theirs);
}

function print(rows: readonly Row[]): void {
  process.stdout.write(
    `\n${'question'.padEnd(14)}${'ours'.padStart(10)}${'peer'.padStart(10)}${'ratio'.padStart(8)}${'goal'.padStart(8)}${'p99'.padStart(10)}${'runs'.padStart(6)}  peer\n`,
  );
  for (const { question, ours, peer, peerName, ratio, goal, ok, p99, runs: count } of rows) {
    const cells = [
      ours.toFixed(2).padStart(10),
      peer.toFixed(2).padStart(10),
      ratio.toFixed(2).padStart(8),
      `≤ ${goal}`.padStart(8),
    ];
    process.stdout.write(
      `${question.padEnd(14)}${cells.join('')}${p99.toFixed(2).padStart(10)}${String(count).padStart(6)}  ${peerName}${ok ? '' : '  missed'}\n`,
    );
  }
}

if (process.env.MULTIVRF_BENCH_INSIDE !== '1') {
  // In namespaces of its own, which end with it: nothing of the machine's network is touched.
  const { exitCode } = execaSync('unshare', ['--net', '--mount', process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    reject: false,
    env: { MULTIVRF_BENCH_INSIDE: '1' },
  });
  process.exit(exitCode ?? 1);
}

const world = new World();
try {
  await world.open();
  const rows = [...single(world), bursts(world)];
  print(rows);
  process.stdout.write(
    `\nagent: ${world.agentMemory} MiB resident; ${JSON.stringify(world.backend)}\npeers: ${referenceVersion()}\n`,
  );
  mkdirSync('build', { recursive: true });
  writeFileSync(
    'build/bench.json',
    `${JSON.stringify({ rows, agentRssMiB: world.agentMemory, auto: world.backend, peers: referenceVersion() }, null, 2)}\n`,
  );
  process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1;
} finally {
  await world.close();
}
