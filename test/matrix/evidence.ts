/** What the agent states of an attachment's isolation, beside what the packets did: where they differ. */
import type { EvidenceStatement } from '../../common/protocol.ts';
import { type Cell, nameOf, type Wrong } from './cells/cell.ts';
import type { World } from './world.ts';

/** The statements of each attachment, by the name of the pod's namespace. */
export type Evidence = ReadonlyMap<string, readonly EvidenceStatement[]>;

/** Which statement, of which attachment, speaks about a cell; undefined where evidence says nothing. */
function statementAbout(cell: Cell, { sides, combination }: World): { of: string; text: RegExp } | undefined {
  const { source, target, family, packet } = cell;
  const side = Object.values(sides).find(({ router }) => router.netns === source);
  if (side) {
    const other = side.name === 'a' ? 'customer-b' : 'customer-a';
    const from = `from customer-${side.name}`;
    const unreachable = (what: string) => ({
      of: side.pod.net1.netns,
      text: new RegExp(`^${from}${what}: unreachable$`),
    });
    if (packet.startsWith('router advertisement'))
      return { of: side.pod.net1.netns, text: new RegExp(`^router advertisements ${from}: ignored$`) };
    if (target === 'node eth0' || target === 'node cni0') return unreachable(', (\\d+ more )?node address.*');
    if (target === 'pod eth0') return unreachable(`, pod eth0 ${side.pod.cluster[family].replaceAll('.', '\\.')}`);
    if (target === "other customer's pod" || target.startsWith('behind the other')) return unreachable(`, ${other}`);
    if (target === 'ordinary pod' || target === 'fabric gateway') return unreachable(' through the pod → cluster');
    if (target === 'pod') return { of: side.pod.net1.netns, text: /^expose filter in place$/ };
    return undefined;
  }
  const of = sides.a.pod.net1.netns;
  if (source === 'hostile pod' && cell.why.startsWith('from the pod end only'))
    return { of, text: /^source filter in place$/ };
  if (source === 'hostile pod' && combination.mode === 'routed' && target.startsWith('node '))
    return { of, text: /^pod → node by net1: unreachable$/ };
  if (source === of && cell.allowed === undefined && packet.endsWith('bound to net1')) {
    if (target.startsWith('node ')) return { of, text: /^pod → node by net1: unreachable$/ };
    if (target === 'ordinary pod' || target === 'fabric gateway')
      return { of, text: /^pod → cluster default via net1: unreachable$/ };
  }
  if (source === 'ordinary' && target === 'pod in the VRF')
    return { of, text: /^from the cluster, pod net1: unreachable$/ };
  return undefined;
}

/** How many cells evidence speaks about, and which of them it contradicts. */
export interface Comparison {
  compared: number;
  disagreements: string[];
}

/** A cell and its statement differ where it holds though the cell is wrong, or the cell is right and it does not hold, or is missing. */
export function compare(cells: readonly Cell[], wrong: readonly Wrong[], world: World, evidence: Evidence): Comparison {
  const isWrong = new Set(wrong.map(({ cell }) => cell));
  const pairs = cells.flatMap((cell) => {
    const about = statementAbout(cell, world);
    return about ? [{ cell, about }] : [];
  });
  const disagreements = pairs.flatMap(({ cell, about }) => {
    const statements = (evidence.get(about.of) ?? []).filter(({ text }) => about.text.test(text));
    const holds = statements.length > 0 && statements.every(({ verdict }) => verdict === 'holds');
    if (holds !== isWrong.has(nameOf(cell))) return [];
    const said = statements.map(({ text, verdict, reason }) => `${text} ${verdict} (${reason ?? ''})`).join(', ');
    return [`${nameOf(cell)}: ${holds ? 'wrong' : 'right'} by packets, but evidence says: ${said || 'nothing'}`];
  });
  return { compared: pairs.length, disagreements };
}
