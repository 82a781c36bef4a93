/** What somebody might do by hand on the node to open a VRF, all at once. */
import type { MatrixScene } from './scene.ts';

/** Takes away filters, rules, routes and port settings of customer a and its first pod. */
export async function damage(scene: MatrixScene): Promise<void> {
  const { mode, backend } = scene.combination;
  const host = scene.hostEnd('speaker-0');
  const filters = [
    `tc filter del dev ${host} ingress`,
    `tc filter del dev ${host} egress`,
    'tc filter del dev eth1 ingress',
  ];
  const segment = [
    'tc filter del dev customer-a ingress',
    'tc filter del dev customer-a egress',
    `bridge link set dev ${host} learning on flood on`,
  ];
  const routing = [
    'ip -4 route del unreachable default metric 4278198272 table $TABLE',
    'ip -6 route del unreachable default metric 4278198272 table $TABLE',
  ];
  const rules = ['-4', '-6'].flatMap((family) =>
    ['iif', 'oif'].map((end) => `ip ${family} rule del pref 0 ${end} customer-a unreachable`),
  );
  const table =
    backend === 'device' ? "$(ip -d link show customer-a | sed -n 's/.*vrf table \\([0-9]*\\).*/\\1/p')" : '254';
  const lines = [
    ...filters,
    ...(mode === 'bridge' ? segment : [`TABLE=${table}`, ...routing, ...(backend === 'device' ? rules : [])]),
  ];
  await scene.place('a').run('sh', ['-ec', lines.join('\n')]);
}
