/** Whatever the plugins before us answered comes through the real plugin as it was. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CniResult, supportedVersions } from '../../common/cni.ts';
import type { Pod } from '../support/chain.ts';
import { type AttachmentPoint, callPlugin } from '../support/cni-exec.ts';
import type { Scene } from '../support/scene.ts';
import { emptyPod, eth0Of, multivrf, openScene } from './networks.ts';

let scene: Scene;
let pod: Pod;
beforeAll(async () => {
  scene = await openScene();
  pod = await emptyPod(scene, 'speaker-0');
});
afterAll(() => scene?.close());

const optional = { requiredKeys: [] };
const unknownFields = fc.dictionary(
  fc.string({ minLength: 1 }).map((key) => `x-${key}`),
  fc.jsonValue(),
  { maxKeys: 3 },
);
const withUnknown = <T>(known: fc.Arbitrary<T>) =>
  fc.tuple(unknownFields, known).map(([more, it]) => ({ ...more, ...it }));
const prefix = fc.oneof(
  fc.ipV4().map((address) => `${address}/24`),
  fc.ipV6().map((address) => `${address}/64`),
);
const anyInterface = withUnknown(
  fc.record(
    { name: fc.stringMatching(/^[a-z0-9]{1,15}$/), mac: fc.constant('02:00:00:00:00:01'), sandbox: fc.webPath() },
    { requiredKeys: ['name'] },
  ),
);
const anyRoute = withUnknown(fc.record({ dst: prefix, gw: fc.ipV4(), mtu: fc.nat() }, { requiredKeys: ['dst'] }));

/** `ips[].interface` is left out, or a number of an interface. */
const ipOf = (interfaces: number) =>
  withUnknown(
    fc.record(
      { address: prefix, gateway: fc.ipV4(), interface: fc.nat({ max: Math.max(0, interfaces - 1) }) },
      { requiredKeys: ['address'] },
    ),
  );

const anyResult = fc
  .record({ cniVersion: fc.constantFrom(...supportedVersions), interfaces: fc.array(anyInterface, { maxLength: 5 }) })
  .chain(({ cniVersion, interfaces }) =>
    fc.record({
      cniVersion: fc.constant(cniVersion),
      rest: withUnknown(
        fc.record(
          {
            interfaces: fc.constant(interfaces),
            ips: fc.array(ipOf(interfaces.length), { maxLength: 5 }),
            routes: fc.array(anyRoute, { maxLength: 3 }),
            dns: withUnknown(fc.record({ nameservers: fc.array(fc.ipV4()), domain: fc.domain() }, optional)),
          },
          optional,
        ),
      ),
    }),
  )
  // As it is after a way through JSON, where -0 is 0.
  .map(({ cniVersion, rest }) => JSON.parse(JSON.stringify({ cniVersion, ...rest })) as Required<CniResult>);

const call = (verb: string, point: AttachmentPoint, prevResult: CniResult) =>
  callPlugin(scene.node.enter, verb, 'multivrf', point, {
    ...multivrf(scene),
    name: 'cluster',
    cniVersion: prevResult.cniVersion,
    runtimeConfig: point.capabilityArgs,
    prevResult,
  });

test('of an ordinary pod to the letter', async () => {
  const unchanged = async (prev: CniResult) =>
    expect(JSON.stringify(await call('ADD', eth0Of(pod), prev))).toBe(JSON.stringify(prev));
  await fc.assert(fc.asyncProperty(anyResult, unchanged), { numRuns: 20 });
});

test('of an attached pod with ours behind it', async () => {
  const point = eth0Of(pod, 'customer-a');
  const intact = async (prev: Required<CniResult>) => {
    const { interfaces, ips, routes = [], ...rest } = (await call('ADD', point, prev)) as Required<CniResult>;
    await call('DEL', point, prev);
    const { interfaces: before = [], ips: ipsBefore = [], routes: routesBefore = [], ...restBefore } = prev;
    expect(rest).toEqual(restBefore);
    expect(interfaces.slice(0, before.length)).toEqual(before);
    expect(interfaces.slice(before.length)).toMatchObject([{ name: 'net1', sandbox: pod.netns.path }]);
    expect(ips.slice(0, ipsBefore.length)).toEqual(ipsBefore);
    expect(ips.slice(ipsBefore.length).map((ip) => ip.interface)).toEqual([before.length, before.length]);
    expect(routes.slice(0, routesBefore.length)).toEqual(routesBefore);
  };
  await fc.assert(fc.asyncProperty(anyResult, intact), { numRuns: 6 });
});
