/**
 * The agent's start over damaged state and spool: it starts, serves, keeps the attachment whose record is intact, and
 * changes nothing in the kernel that is not its own.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { dumpLinks } from '../../../agent/netlink/codec/link.ts';
import { decodeLink } from '../../../agent/netlink/codec/link-decode.ts';
import { hostEndName } from '../../../agent/plan/names.ts';
import { Agent } from '../../../agent/server/agent.ts';
import { handleRequest } from '../../../agent/server/requests.ts';
import { workOffSpool } from '../../../agent/server/spool.ts';
import { openDirectory } from '../../../agent/sources/directory.ts';
import { noteName } from '../../../common/protocol.ts';
import { type Damage, Depot, damages } from '../damage.ts';
import { intact, notes, recordName, records } from '../originals/records.ts';
import { vrfs } from '../originals/vrfs.ts';
import { must, type Target } from '../target.ts';

interface Input {
  attachments: Damage[];
  vrfs: Damage[];
  notes: Damage[];
  /** Content of the file that says which boot the state is of; undefined for none. */
  boot: string | undefined;
}

/** Named like a host end of ours, and not marked. */
const unmarked = hostEndName('somebody', 'else');

const kernel = `
  ip link add eth1 type veth peer name router
  ip link add ${unmarked} type veth peer name foreign1
  ip link add ${intact.attachment.hostEnd} type veth peer name pod0
  ip link set ${intact.attachment.hostEnd} alias ${intact.attachment.alias}
  ip link set ${unmarked} alias other:software
`;
const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');

const keep = ['eth1', unmarked, 'foreign1', intact.attachment.hostEnd];

class Start {
  readonly #home: string;
  readonly #depot: Depot;

  constructor(home: string) {
    this.#home = home;
    this.#depot = new Depot(join(home, 'depot'));
    mkdirSync(this.#at('vrfs'));
    writeFileSync(join(this.#at('vrfs'), 'a.yaml'), vrfs.map((vrf) => stringify(vrf)).join('---\n'));
  }

  #at(...names: string[]): string {
    return join(this.#home, ...names);
  }

  #furnish(input: Input): void {
    const [attachments, made, spool] = [this.#at('state/attachments'), this.#at('state/vrfs'), this.#at('spool')];
    for (const directory of [this.#at('state'), spool, this.#at('netns')]) {
      rmSync(directory, { recursive: true, force: true });
    }
    for (const directory of [attachments, made, spool, this.#at('netns')]) mkdirSync(directory, { recursive: true });
    if (input.boot !== undefined) writeFileSync(this.#at('state/boot'), input.boot);
    writeFileSync(join(attachments, recordName(intact)), JSON.stringify(intact));
    for (const damage of input.attachments) this.#depot.lay(attachments, damage);
    for (const damage of input.vrfs) this.#depot.lay(made, damage);
    for (const damage of input.notes) this.#depot.lay(spool, damage);
  }

  async run(input: Input): Promise<void> {
    this.#furnish(input);
    const log = pino({ level: 'silent' });
    const source = openDirectory(this.#at('vrfs'), log);
    const options = { stateDirectory: this.#at('state'), netnsDirectory: this.#at('netns'), labels: () => ({}) };
    const agent = new Agent(options, source, log);
    try {
      agent.resume();
      await workOffSpool(agent, this.#at('spool'), log);
      must(
        agent.attachments.list().some(({ owner }) => owner.pod === 'intact'),
        'the intact attachment is forgotten',
      );
      const { owner } = intact;
      must(agent.ipam.holder('intact', '203.0.113.2')?.containerId === owner.containerId, 'its address is not held');
      const left = readdirSync(this.#at('spool')).filter((name) => name.endsWith('.json'));
      must(left.length === 0, `notes are left over: ${left}`);
      const [note] = notes;
      const reply = await handleRequest(agent, { request: note!, descriptor: undefined }, log);
      must(reply.ok, `a DEL fails: ${JSON.stringify(reply)}`);
      const links = new Set(agent.node.handle.socket.dump(dumpLinks(), decodeLink).map(({ name }) => name));
      for (const name of keep) must(links.has(name), `interface ${name} is gone`);
    } finally {
      source.close();
      closeAll(agent);
    }
    must(existsSync(this.#at('depot/pipe')), 'a file outside the directories is gone');
  }
}

/** What the end of its process closes. */
function closeAll({ node, vrfStore, attachments }: Agent): void {
  const names = [
    ...vrfStore.list().map(({ name }) => name),
    ...attachments.list().map((one) => one.attachment.vrf.name),
  ];
  for (const name of new Set(names)) if (existsSync(node.namespaces.path(name))) node.namespaces.remove(name);
  node.handle.close();
}

export async function open(): Promise<Target<Input>> {
  execFileSync('sh', ['-ec', kernel], { stdio: ['ignore', 'ignore', 'inherit'] });
  const start = new Start(mkdtempSync(join(tmpdir(), 'fuzz-start-')));
  const vrfNames = records.map(({ attachment }) => `${attachment.vrf.name}.json`);
  const made = records.map(({ attachment }) => attachment.vrf);
  return {
    input: fc.record({
      attachments: damages(records.map(recordName), records),
      vrfs: damages(vrfNames, made),
      notes: damages(notes.map(noteName), notes),
      boot: fc.constantFrom(undefined, bootId, bootId, '', '\0', bootId.slice(0, 20), `${bootId}${bootId}`),
    }),
    run: (input) => start.run(input),
  };
}
