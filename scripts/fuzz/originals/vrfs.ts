/** VRF objects that use every field. */

const head = { apiVersion: 'multivrf.dev/v1alpha1', kind: 'VRF' };

export const vrfs: readonly unknown[] = [
  {
    ...head,
    metadata: { name: 'customer-a' },
    spec: {
      mode: 'bridge',
      backend: 'auto',
      pod: 'auto',
      table: 1001,
      mtu: 1500,
      uplinks: [{ nodeSelector: { rack: '1' }, interface: 'eth1', vlan: 100 }],
      addresses: {
        pools: [
          {
            subnet: '192.0.2.0/24',
            range: '192.0.2.10-192.0.2.99',
            exclude: ['192.0.2.50', '192.0.2.60-192.0.2.69'],
            gateway: '192.0.2.1',
          },
          { subnet: '2001:db8:a::/64', gateway: '2001:db8:a::1' },
        ],
        reservations: [{ namespace: 'bgp', pod: 'speaker-0', addresses: ['192.0.2.2/24', '2001:db8:a::2/64'] }],
      },
      routes: [{ to: '0.0.0.0/0' }, { to: '::/0' }],
      access: { namespaces: ['bgp'], serviceAccounts: [] },
      expose: [{ protocol: 'tcp', port: 179 }, { protocol: 'icmp' }],
    },
  },
  {
    ...head,
    metadata: { name: 'customer-b', labels: { region: 'north' } },
    spec: {
      mode: 'routed',
      backend: 'namespace',
      pod: 'rules',
      uplinks: [{ interface: 'eth2', addresses: ['192.0.2.253/24', '2001:db8:b::1/64'] }],
      addresses: { pools: [{ subnet: '198.51.100.0/26' }] },
      routes: [{ to: '0.0.0.0/0', via: '192.0.2.1' }],
      access: { namespaces: ['*'] },
    },
  },
];
