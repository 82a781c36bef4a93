/** Two customers as VLANs on one cable: what is not tagged as one of them, and once, is nobody's in a VRF. */
import * as frames from '../frames.ts';
import { ports, type Side, type Trunk, type World } from '../world.ts';
import type { Cell, Verdict } from './cell.ts';
import { sourceOf } from './claims.ts';
import { families } from './common.ts';

const [q, ad] = [0x8100, 0x88a8];
const unused = 300;

/** Tags from the outermost on, each with its type. */
type Tags = readonly (readonly [type: number, vlan: number])[];

/** Tags that no customer may use, beside its own VLAN and the other customer's. */
function wrongTags(own: number, other: number): Record<string, Tags> {
  return {
    'a tag that nobody uses': [[q, unused]],
    'its own tag twice': [
      [q, own],
      [q, own],
    ],
    "the other customer's tag inside its own": [
      [q, own],
      [q, other],
    ],
    "its own tag inside the other customer's": [
      [q, other],
      [q, own],
    ],
    'its own tag inside one that nobody uses': [
      [q, unused],
      [q, own],
    ],
    'a priority tag inside its own': [
      [q, own],
      [q, 0],
    ],
    'its own tag as 802.1ad': [[ad, own]],
    'its own tag inside 802.1ad': [
      [ad, own],
      [q, own],
    ],
    "the other customer's tag inside 802.1ad": [
      [ad, own],
      [q, other],
    ],
    '802.1ad inside its own tag': [
      [q, own],
      [ad, own],
    ],
  };
}

const under = (tags: Tags, frame: Buffer) =>
  tags.reduceRight((inner, [type, vlan]) => frames.tagged(inner, vlan, type), frame);

export function vlanCells(world: World, trunk: Trunk): Cell[] {
  const { a, b } = world.sides;
  return [...fromTrunk(world, trunk, a, b), ...fromTrunk(world, trunk, b, a)];
}

function fromTrunk({ combination }: World, { port, vlans }: Trunk, side: Side, other: Side): Cell[] {
  const pod = side.pod.net1.netns;
  const [own, others] = [vlans[side.name], vlans[other.name]];
  return families.flatMap((family) => {
    const ends = {
      sourceMac: side.router.mac,
      destinationMac: combination.mode === 'bridge' ? side.pod.net1.mac : side.uplinkMac,
      source: side.address[family],
      destination: side.pod.address[family],
    };
    const base = { source: `VLANs' cable as ${sourceOf(side)}`, target: `pod of customer-${side.name}`, family };
    const both = (how: string, tags: Tags, rest: Verdict): Cell[] =>
      [
        { packet: 'echo', frame: (t: number) => frames.echo(ends, t) },
        { packet: 'udp', frame: (t: number) => frames.udp(ends, t, ports.bound) },
      ].map(({ packet, frame }) => ({
        ...base,
        packet: `${packet} with ${how}`,
        shot: { by: 'frame', port, frame: (token) => under(tags, frame(token)) },
        ...rest,
      }));
    const ofParent = {
      at: ['fabric', 'node cluster'],
      errors: 'anybody',
      why: 'what comes untagged is of the interface itself, and leads into no VRF',
    } as const;
    return [
      ...both('its own tag', [[q, own]], {
        allowed: 'arrival',
        at: [`${pod} stack`, pod, sourceOf(side)],
        why: 'a tag says which customer it is',
      }),
      // The kernel takes the first tag off and looks at the next one (net/core/dev.c, __netif_receive_skb_core).
      ...both(
        'its own tag inside a priority tag',
        [
          [q, 0],
          [q, own],
        ],
        {
          allowed: 'arrival',
          at: [`${pod} stack`, pod, sourceOf(side)],
          why: 'a priority tag names no VLAN: the frame is as one with its own tag',
        },
      ),
      ...both('no tag', [], ofParent),
      ...both('a priority tag', [[q, 0]], ofParent),
      ...Object.entries(wrongTags(own, others)).flatMap(([how, tags]) =>
        both(how, tags, { at: [], why: 'a frame has one tag, of a customer' }),
      ),
      {
        ...base,
        source: sourceOf(other),
        packet: "udp with the other customer's tag",
        shot: { by: 'frame', port: other.router, frame: (token) => frames.udp(ends, token, ports.bound) },
        at: [],
        why: "by its own VLAN a customer reaches nobody of the other's",
      },
    ];
  });
}
