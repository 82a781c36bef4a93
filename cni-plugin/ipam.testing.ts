/** An IPAM plugin that does what a test says. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentPlace } from './plugin.testing.ts';

/** Puts the IPAM plugin `addresses` into an agent's folder. It writes down its calls: verb, namespace, network. */
export async function withIpam(agent: AgentPlace, answer: string) {
  const file = join(agent.folder, 'addresses');
  const journal = join(agent.folder, 'journal');
  const script = `#!/bin/sh
network=$(sed 's/.*"name":"\\([^"]*\\)".*/\\1/')
echo "$CNI_COMMAND $(readlink /proc/self/ns/net) $network" >> ${journal}
${answer}
`;
  await writeFile(file, script);
  await chmod(file, 0o755);
  return {
    CNI_PATH: `/nonexistent:${agent.folder}`,
    CNI_IFNAME: 'net1',
    async calls() {
      const lines = await readFile(journal, 'utf8').catch(() => '');
      return lines.split('\n').filter((line) => line !== '');
    },
    async verbs() {
      return (await this.calls()).map((line) => line.split(' ')[0]);
    },
  };
}

/** A line of shell that prints a result. */
export const gives = (result: unknown) => `echo '${JSON.stringify(result)}'`;
