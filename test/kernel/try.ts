import { Lab } from '/work/main/test/support/lab.ts';
import { startAgent } from '/work/main/test/support/agent.ts';
import { add, del, makePod } from '/work/main/test/support/chain.ts';
import { connectCustomer } from '/work/main/test/support/customer.ts';
import { hasVlans, hasVrfDevices } from '/work/main/test/support/kernel.ts';
const t0 = Date.now(); const t = (s: string) => console.log(Date.now() - t0, s);
console.log(hasVrfDevices(), hasVlans()); t('probe');
const lab = Lab.open();
try {
  const node = await lab.namespace('node'); t('node');
  const c = await connectCustomer(lab, node, 'router', { uplink: 'eth1', addresses: ['192.0.2.1/24', '2001:db8::1/64'] }); t('customer');
  const agent = await startAgent(lab, node); t('agent');
  await agent.writeVrf('customer-a', { mode: 'bridge', uplinks: [{ interface: 'eth1' }], addresses: { pools: [{ subnet: '192.0.2.0/24', gateway: '192.0.2.1' }, { subnet: '2001:db8::/64', gateway: '2001:db8::1' }] }, access: { namespaces: ['bgp'] }, expose: [{ protocol: 'icmp' }] }); t('vrf');
  const pod = await makePod(lab, node, 'p1');
  console.log(JSON.stringify(await add(lab, pod, 'customer-a'))); t('add');
  console.log(await c.router.run('ping', ['-c1', '-W1', '192.0.2.2'])); t('ping');
  console.log(JSON.stringify(await del(lab, pod, 'customer-a'))); t('del');
  await agent.restart(); t('restart');
  console.log(agent.log().map((e) => e.msg));
} finally { await lab.close(); t('closed'); }
