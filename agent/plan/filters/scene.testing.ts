/** A pod and its neighbour on a customer's segment, for tests. */

export const pod = {
  mac: '02:00:5e:10:00:01',
  v4: '192.0.2.2',
  v6: '2001:db8::2',
  linkLocal: 'fe80::5eff:fe10:1',
} as const;
export const router = {
  mac: '02:00:5e:10:00:fe',
  v4: '192.0.2.254',
  v6: '2001:db8::fe',
  linkLocal: 'fe80::fe',
} as const;

/** All addresses of the pod's attachment. */
export const addresses: readonly string[] = [pod.v4, pod.v6, pod.linkLocal];

/** What nobody's program in the tests owns. */
export const stranger = { mac: '02:00:5e:10:00:99', v4: '192.0.2.99', v6: '2001:db8::99' } as const;

/** The group of neighbour solicitations for the pod's global address. */
export const podGroup = 'ff02::1:ff00:2';
