/** Throughput and round trips between pod and router, beside a bare veth pair under the same bridge or VRF. */
import { type ChildProcess, spawn } from 'node:child_process';
import { execaSync } from 'execa';
import type { Group } from './group.ts';
import { makeNamespace } from './namespaces.ts';
import { pause } from './pause.ts';
import { comparePairs, type Row } from './rows.ts';
import { type BenchVrf, type Pod, World } from './world.ts';

const router = '/run/netns/router';
const vrf = '/run/netns/bench';
const bareAddress = '10.8.200.1';

function run(netns: string, command: string): string {
  return execaSync('nsenter', [`--net=${netns}`, ...command.split(' ')]).stdout;
}

/** The router's side, and a namespace with a bare veth pair to where the pods' are. */
function build(world: World, mode: BenchVrf['mode'], address: string): string {
  const bare = `${world.directory}/pods/bare`;
  makeNamespace(bare);
  const routed = mode === 'routed';
  for (const command of [
    `ip link add bare0 type veth peer name bare1 netns ${bare}`,
    routed ? 'ip address add 169.254.1.1/32 dev bare0' : 'ip link set bare0 master bench',
    'ip link set bare0 up',
    ...(routed ? [`ip route add ${bareAddress}/32 dev bare0`] : []),
  ])
    run(vrf, command);
  const own = routed ? `${bareAddress}/32` : `${bareAddress}/16`;
  for (const command of [
    `ip address add ${own} dev bare1`,
    'ip link set bare1 up',
    ...(routed ? ['ip route add 169.254.1.1 dev bare1', 'ip route add default via 169.254.1.1'] : []),
  ])
    run(bare, command);
  if (routed) run(router, `ip route add 10.8.0.0/16 via ${address}`);
  return bare;
}

/** Whose traffic it is: the pod's, or that of the bare veth pair. */
interface End {
  netns: string;
  from: string;
}

/** In Gbit/s, from the client's side, of 600 MB: a third of a second. Many short runs tell more than a few of a second each. */
function throughput({ netns, from }: End, to: string, reverse: boolean): number {
  const direction = reverse ? ' -R' : '';
  for (let attempt = 1; ; attempt++) {
    const report = JSON.parse(run(netns, `iperf3 -J -n 600M -A 0,1 -B ${from} -c ${to}${direction}`));
    // With -J it says why it failed here, and exits with 0.
    if (report.error === undefined) return report.end.sum_received.bits_per_second / 1e9;
    // Its server serves one at a time, and may still be at the one before.
    if (attempt === 5) throw new Error(`iperf3 to ${to}: ${report.error}`);
    pause(200);
  }
}

/** Microseconds from a program to a program by TCP and back, during one second, each on a processor of its own. */
function roundTrip({ netns, from }: End, to: string): number {
  const told = run(netns, `taskset --cpu-list 1 sockperf ping-pong --tcp -i ${to} --client_ip ${from} -t 1`);
  // It tells half of it.
  return 2 * Number(/Latency is ([0-9.]+) usec/.exec(told)![1]);
}

/** Microseconds a round trip from kernel to kernel, each sent when the last has come back. */
function ping({ netns, from }: End, to: string): number {
  const count = 4_000;
  const told = run(netns, `ping -f -q -c ${count} -I ${from} ${to}`);
  const [, received, took] = /(\d+) received.*time (\d+)ms/.exec(told) ?? [];
  if (Number(received) < count * 0.999) throw new Error(`ping lost packets: ${told}`);
  return (Number(took) / Number(received)) * 1000;
}

function serve(command: string): ChildProcess {
  const whole = [`--net=${router}`, 'setpriv', '--pdeathsig', 'KILL', ...command.split(' ')];
  return spawn('nsenter', whole, { stdio: 'ignore' });
}

/** How often each is measured. */
interface Runs {
  throughput: number;
  roundTrips: number;
}

async function measure(mode: BenchVrf['mode'], runs: Runs): Promise<Row[]> {
  const uplink = { interface: 'uplink0', ...(mode === 'routed' ? { addresses: ['192.0.2.1/24'] } : {}) };
  const world = new World([{ name: 'bench', mode, uplink }]);
  const peer = mode === 'routed' ? '192.0.2.2' : '10.8.255.254';
  try {
    makeNamespace(router);
    execaSync('ip', ['link', 'add', 'uplink0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', router]);
    for (const command of [
      'ip link set lo up',
      'ip link set eth0 up',
      `ip address add ${peer}/${mode === 'routed' ? 24 : 16} dev eth0`,
    ])
      run(router, command);
    world.startAgent();
    const pod = world.pod();
    world.attach(pod, 'bench');
    const bare = build(world, mode, '192.0.2.1');
    const servers = ['iperf3 -s', `taskset --cpu-list 0 sockperf server --tcp -i ${peer}`].map(serve);
    pause(300);
    const rows = rowsOf(mode, runs, { pod, bare, peer });
    for (const server of servers) server.kill('SIGKILL');
    return rows;
  } finally {
    await world.close();
  }
}

function rowsOf(mode: string, runs: Runs, { pod, bare, peer }: { pod: Pod; bare: string; peer: string }): Row[] {
  const own = /inet (10\.8\.[0-9.]+)/.exec(run(pod.netns, 'ip -4 address show dev net1'))![1]!;
  const ends = [
    { netns: pod.netns, from: own },
    { netns: bare, from: bareAddress },
  ];
  const [flow, trip] = [
    { count: runs.throughput, goal: 0.97, unit: 'Gbit/s' },
    { count: runs.roundTrips, goal: 1.03, unit: 'µs' },
  ] as const;
  const questions = [
    { name: 'throughput-out', ...flow, ask: (end: End) => throughput(end, peer, false) },
    { name: 'throughput-in', ...flow, ask: (end: End) => throughput(end, peer, true) },
    { name: 'round-trip', ...trip, ask: (end: End) => roundTrip(end, peer) },
    { name: 'ping', ...trip, ask: (end: End) => ping(end, peer) },
  ].map((question) => ({ ...question, told: [[], []] as [number[], number[]] }));
  for (let i = -1; i < Math.max(runs.throughput, runs.roundTrips); i++) {
    for (const { count, ask, told } of questions) {
      if (i >= count) continue;
      // In turn, and who goes first changes.
      for (const which of i % 2 === 0 ? [0, 1] : [1, 0]) {
        const value = ask(ends[which]!);
        if (i >= 0) told[which]!.push(value);
      }
    }
  }
  return questions.map(({ name, goal, unit, told }) =>
    comparePairs(`${name}-${mode}`, 'bare veth pair', goal, ...told, unit),
  );
}

export const traffic: Group = async (quick) => {
  const runs = quick ? { throughput: 4, roundTrips: 2 } : { throughput: 80, roundTrips: 40 };
  return { rows: [...(await measure('bridge', runs)), ...(await measure('routed', runs))] };
};
