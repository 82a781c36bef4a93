/** Annotations as people write them. */

export const annotations: readonly string[] = [
  'customer-a',
  'customer-a,customer-b',
  'customer-a=192.0.2.2/24',
  'customer-a=192.0.2.2/24+2001:db8:a::2/64,customer-b',
  ' customer-a = 192.0.2.2/24 + 2001:db8:a::2/64 , customer-b ',
];

/** The JSON form, parsed. */
export const annotationLists: readonly unknown[] = [
  [{ vrf: 'customer-a' }],
  [{ vrf: 'customer-a', interface: 'net1' }, { vrf: 'customer-b' }],
  [
    {
      vrf: 'customer-a',
      interface: 'net1',
      addresses: ['192.0.2.2/24', '2001:db8:a::2/64'],
      mac: '02:00:00:00:00:01',
      routes: [{ to: '198.51.100.0/24', via: '192.0.2.254' }, { to: '::/0' }],
    },
  ],
];
