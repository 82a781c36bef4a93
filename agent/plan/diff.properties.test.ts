import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Attachment, NodeVrf } from './desired.ts';
import { diff } from './diff.ts';
import { applied } from './kernel-model.testing.ts';
import type { Place } from './kernel-object.ts';
import { alias, hostEndName, stickyMac } from './names.ts';
import { localRuleOf, type Observed } from './observed.ts';
import { familyOf } from './routes.ts';
import { attachment, everything, untouched, vrf } from './scenarios.testing.ts';
import type { Step } from './step.ts';

const pods = ['device', 'rules'] as const;
const addresses4 = ['192.0.2.2/24', '192.0.2.3/24', '10.0.0.1/8'];
const addresses6 = ['2001:db8::2/64', '2001:db8::3/64', '2001:db8:5::2/64'];
const routes = [
  { to: '0.0.0.0/0', via: '192.0.2.254' },
  { to: '198.51.100.0/24', via: '192.0.2.253' },
  { to: '::/0', via: '2001:db8::fe' },
];

const anyVrf = (name: string, uplink: string): fc.Arbitrary<NodeVrf> =>
  fc
    .record({
      mode: fc.constantFrom('bridge', 'routed'),
      backend: fc.constantFrom('device', 'namespace'),
      vlan: fc.option(fc.constant(100)),
    })
    .map(({ mode, backend, vlan }) => {
      const plain = vrf(mode, backend);
      const link = { interface: uplink, addresses: plain.uplink!.addresses, ...(vlan === null ? {} : { vlan }) };
      return { ...plain, name, uplink: link, table: plain.table === 0 ? 0 : 1001 + name.length };
    });

/** One pod's attachments, each to a VRF of its own. */
const anyAttachments: fc.Arbitrary<Attachment[]> = fc
  .record({
    vrfs: fc.tuple(anyVrf('a', 'eth1'), anyVrf('bb', 'eth2')),
    count: fc.constantFrom(1, 2),
    pod: fc.constantFrom(...pods),
    addresses: fc
      .tuple(fc.subarray(addresses4), fc.subarray(addresses6))
      .map((both) => both.flat())
      .filter((own) => own.length > 0),
    routes: fc.subarray(routes),
  })
  .map(({ vrfs, count, pod, addresses, routes: wanted }) =>
    vrfs.slice(0, count).map((to, i) => {
      const spoken = new Set(addresses.map(familyOf));
      const device = `net${i + 1}`;
      return attachment(to, pod, {
        hostEnd: hostEndName('container-1', device),
        interface: device,
        mac: stickyMac(to.name, addresses[0]!),
        alias: alias({ vrf: to.name, namespace: 'bgp', pod: 'speaker-0', interface: device }),
        addresses:
          to.mode === 'routed'
            ? addresses.map((one) => one.replace(/\/.*/, one.includes(':') ? '/128' : '/32'))
            : addresses,
        routes: wanted.filter(({ to: target }) => spoken.has(familyOf(target))),
        pod:
          pod === 'device'
            ? { kind: 'device', table: 1001 + i }
            : { kind: 'rules', output: 1001 + 2 * i, input: 1002 + 2 * i },
      });
    }),
  );

const start = () => untouched('eth2');

test('what a plan has made needs no other plan', () => {
  fc.assert(
    fc.property(anyAttachments, (attachments) => {
      const desired = everything(attachments);
      const kernel = applied(start(), diff(desired, start()));
      expect(diff(desired, kernel)).toEqual([]);
    }),
  );
});

test('a plan that was cut off is finished by the next one', () => {
  fc.assert(
    fc.property(anyAttachments, fc.double({ min: 0, max: 1, noNaN: true }), (attachments, part) => {
      const desired = everything(attachments);
      const steps = diff(desired, start());
      const half = applied(start(), steps.slice(0, Math.floor(part * steps.length)));
      const rest = diffOrForeign(desired, half);
      if (rest === undefined) return;
      expect(diff(desired, applied(half, rest))).toEqual([]);
    }),
  );
});

/** Undefined where a link was made but not marked yet: between the two steps it is nobody's. */
function diffOrForeign(...[desired, kernel]: Parameters<typeof diff>): Step[] | undefined {
  try {
    return diff(desired, kernel);
  } catch (error) {
    expect((error as Error).message).toMatch(/exists already and was not made by multivrf$/);
    return undefined;
  }
}

/** The places where table `local` is not looked up for both families. */
function withoutLocal(kernel: Observed): Place[] {
  return [...kernel].flatMap(([place, { rules }]) => (localRuleOf(rules, 4) && localRuleOf(rules, 6) ? [] : [place]));
}

test('table local is looked up after every single step', () => {
  fc.assert(
    fc.property(anyAttachments, (attachments) => {
      let kernel = start();
      for (const step of diff(everything(attachments), kernel)) {
        kernel = applied(kernel, [step]);
        expect(withoutLocal(kernel)).toEqual([]);
      }
    }),
    { numRuns: 20 },
  );
});
