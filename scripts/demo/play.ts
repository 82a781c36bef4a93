/** The demo from the first to the last section. */
import { hasVrfDevices } from '../../test/support/kernel.ts';
import type { Lab } from '../../test/support/lab.ts';
import type { Speakers } from '../../test/support/speakers.ts';
import { startPeering } from './bgp.ts';
import { facts, leftovers } from './leftovers.ts';
import { build, type RunningPod, runPod, type Stage } from './scene.ts';
import { survives } from './sections/agent.ts';
import { tellBuild } from './sections/build.ts';
import { detach } from './sections/detach.ts';
import { showIsolation } from './sections/isolation.ts';
import { showSessions } from './sections/sessions.ts';
import { bad, line, section, verdict } from './story.ts';

/** What is written to build/demo.json. */
export interface Report {
  backend: 'device' | 'namespace';
  sessions: {
    customer: string;
    speaker: string;
    router: string;
    state: string;
    /** Prefixes that the speaker in the pod learned, and that it brought to the router. */
    prefixesIn: number;
    prefixesOut: number;
    md5: boolean;
    family: 'ipv4' | 'ipv6';
  }[];
  isolation: { probes: number; leaks: number };
  survivedAgentRestart: boolean;
  survivedAgentKill: boolean;
  leftovers: number;
  seconds: number;
}

/** Plays all sections; `failures` says what did not hold. Throws when a section cannot go on. */
export async function play(lab: Lab, speakers: Speakers): Promise<{ report: Report; failures: string[] }> {
  const began = performance.now();
  const failures: string[] = [];
  const check = (holds: boolean, text: string) => {
    verdict(holds, text);
    if (!holds) failures.push(text);
    return holds;
  };

  const stage = await build(lab);
  const before = await facts(stage.node, stage.agent);
  const pods = await attachPods(stage);
  tellBuild(stage, pods);

  const peerings = await Promise.all(stage.customers.map((customer, i) => startPeering(speakers, customer, pods[i]!)));
  const sessions = await showSessions(peerings, check);
  const isolation = await showIsolation(stage, pods, check);

  section('The agent goes, the sessions stay');
  const survivedAgentRestart = await survives(stage, peerings, sessions, 'restart', check);
  const survivedAgentKill = await survives(stage, peerings, sessions, 'kill', check);

  section('Detach');
  await detach(stage, pods);
  const left = await leftovers(before, () => facts(stage.node, stage.agent));
  check(left.length === 0, 'links, addresses, routes, rules, filters and files of the node are what they were before');
  for (const one of left) line(bad(one));
  if (hasVrfDevices())
    line("but for rule 1000 (l3mdev), the kernel's own: it comes with the first VRF device and stays");

  const report: Report = {
    backend: hasVrfDevices() ? 'device' : 'namespace',
    sessions: sessions.map(({ customer, family, md5, pod, router }) => ({
      customer: customer.vrf,
      speaker: customer.speaker,
      router: customer.router,
      state: pod.state === 'Established' ? router.state : pod.state,
      prefixesIn: pod.received.length,
      prefixesOut: router.received.length,
      md5,
      family,
    })),
    isolation,
    survivedAgentRestart,
    survivedAgentKill,
    leftovers: left.length,
    seconds: Math.round((performance.now() - began) / 100) / 10,
  };
  return { report, failures };
}

function attachPods({ lab, node, customers }: Stage): Promise<RunningPod[]> {
  return Promise.all(customers.map(({ plan: { pod, vrf } }) => runPod(lab, node, pod, 'bgp', vrf)));
}
