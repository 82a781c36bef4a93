/** What the author of a pod can write wrongly is one error that names key and value, and leaves nothing. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Pod } from '../support/chain.ts';
import { Scene, specWith } from '../support/scene.ts';

let scene: Scene;
let pod: Pod;
beforeAll(async () => {
  scene = await Scene.open({ 'customer-a': specWith(), 'customer-b': specWith() });
  pod = await scene.pod('speaker-0');
});
afterAll(() => scene?.close());

const interfaceSyntax = 'an interface is named by 1 to 15 ASCII characters without "/", ":", "%" and white space';

test.each([
  {
    wrong: 'no VRF',
    annotation: ' ',
    problem: 'is empty',
    details: 'name a VRF, such as customer-a, or remove the annotation',
  },
  {
    wrong: 'a comma too many',
    annotation: 'customer-a,',
    problem: 'element 2 of "customer-a," is empty',
    details: 'remove the superfluous comma',
  },
  {
    wrong: 'a name no VRF can have',
    annotation: 'Customer_A',
    problem: 'element 1: VRF "Customer_A" is not a valid VRF name',
    details: 'a VRF is named by 1 to 15 of a-z, 0-9 and "-", with "-" neither first nor last',
  },
  {
    wrong: 'an object instead of a list',
    annotation: '{"vrf":"customer-a"}',
    problem: 'is a JSON object: "{\\"vrf\\":\\"customer-a\\"}"',
    details: 'write a JSON list: put it between "[" and "]"',
  },
  {
    wrong: 'an unknown key',
    annotation: '[{"vrf":"customer-a","adress":["192.0.2.2/24"]}]',
    problem: 'element 1 has the unknown key "adress"',
    details: 'known are vrf, interface, addresses, mac, routes, accept',
  },
  {
    wrong: 'a malformed address',
    annotation: 'customer-a=192.0.2.300/24',
    problem: 'element 1: address "192.0.2.300/24" is not an address',
    details: 'write an address with prefix length, such as 192.0.2.2/24 or 2001:db8::2/64',
  },
  {
    wrong: 'an address without prefix length',
    annotation: 'customer-a=192.0.2.20',
    problem: 'element 1: address "192.0.2.20" has no prefix length',
    details: 'add that of the segment, for example 192.0.2.20/24',
  },
  {
    wrong: 'an interface name too long',
    annotation: '[{"vrf":"customer-a","interface":"customer-a-port0"}]',
    problem: 'element 1: interface "customer-a-port0" has 16 characters',
    details: interfaceSyntax,
  },
  {
    wrong: 'an invalid interface name',
    annotation: '[{"vrf":"customer-a","interface":"net/1"}]',
    problem: 'element 1: interface "net/1" is not a valid interface name',
    details: interfaceSyntax,
  },
  {
    wrong: 'one VRF twice',
    annotation: 'customer-a=192.0.2.20/24,customer-a=192.0.2.21/24',
    problem: 'element 2: VRF "customer-a" is that of element 1 too',
    details: 'a pod is attached to a VRF once; put all addresses into one attachment',
  },
  {
    wrong: 'one interface twice',
    annotation: '[{"vrf":"customer-a","interface":"bgp0"},{"vrf":"customer-b","interface":"bgp0"}]',
    problem: 'element 2: interface "bgp0" is the name of the VRF or interface of element 1',
    details: 'every interface and every VRF of a pod has a name of its own',
  },
  {
    wrong: 'an interface named like a VRF',
    annotation: '[{"vrf":"customer-a","interface":"customer-a"}]',
    problem: 'element 1: interface "customer-a" is the name of the VRF or interface of element 1',
    details: 'every interface and every VRF of a pod has a name of its own',
  },
  {
    wrong: 'the MAC address of a group',
    annotation: '[{"vrf":"customer-a","mac":"01:00:5e:00:00:01"}]',
    problem: 'element 1: mac "01:00:5e:00:00:01" is a multicast MAC address',
    details: 'write a unicast one such as 02:00:00:00:00:01, or leave it out',
  },
])('an annotation with $wrong is refused', async ({ annotation, problem, details }) => {
  expect(await scene.refusal(pod, annotation)).toEqual({
    cniVersion: '1.0.0',
    code: 7,
    msg: `annotation multivrf.dev/attach: ${problem}`,
    details,
  });
});

test('an annotation that is no JSON is refused with its text and the reason', async () => {
  expect(await scene.refusal(pod, '[{"vrf":"customer-a"]')).toMatchObject({
    code: 7,
    msg: expect.stringMatching(/^annotation multivrf\.dev\/attach: is not JSON: "\[\{.*customer-a.*\]": .*position 20/),
    details: 'write [{"vrf": "customer-a"}]',
  });
});

test('an interface that the pod has already is refused', async () => {
  expect(await scene.refusal(pod, '[{"vrf":"customer-a","interface":"eth0"}]')).toEqual({
    cniVersion: '1.0.0',
    code: 100,
    msg: 'interface eth0, asked for in VRF customer-a, exists in the pod already',
    details: 'choose a name other than lo, eth0, or leave "interface" out',
  });
});

test('after all of these the pod can be attached', async () => {
  const { interfaces } = await scene.attach(pod, 'customer-a');
  expect(interfaces?.at(-1)).toMatchObject({ name: 'net1', sandbox: pod.netns.path });
});
