/** BIRD in a customer's pod: uid 1000, no capability, a read-only root, and one directory to write to. */
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasVrfDevices } from '../support/kernel.ts';
import type { Container } from './container.ts';
import type { Containerd } from './containerd.ts';
import type { Pod } from './pod.ts';
import { asn, podAddress, routerAddress } from './runtime-scene.ts';

const uid = 1000;

/** What it announces, in both families. */
export const announced = ['100.64.0.0/24', '2001:db8:64::/48'];

/** A session over each family with the customer's router; the one over IPv4 is protected by TCP MD5. */
function configuration(vrf: string): string {
  const session = (family: 4 | 6, here: string, there: string, more: string) => `
    protocol bgp peer${family} {
      local ${here} as ${asn.pod};
      ${hasVrfDevices() ? `neighbor ${there} as ${asn.router}; vrf "${vrf}";` : `neighbor ${there} onlink as ${asn.router}; interface "net1";`}
      direct; strict bind; ${more}
      connect delay time 1; connect retry time 1; error wait time 1, 2;
      ipv${family} { import all; export where source = RTS_STATIC; };
    }
    protocol static static${family} { ipv${family}; route ${announced[family === 4 ? 0 : 1]} blackhole; }
  `;
  return `
    log stderr all;
    router id ${podAddress.v4};
    protocol device { }
    ${session(4, podAddress.v4, routerAddress.v4, 'authentication md5; password "ordinary";')}
    ${session(6, podAddress.v6, routerAddress.v6, '')}
  `;
}

/** Starts it. */
export function startBird(runtime: Containerd, pod: Pod, vrf: string): Promise<Container> {
  const files = join(runtime.machine.run, 'bird');
  mkdirSync(join(files, 'run'), { recursive: true });
  chownSync(join(files, 'run'), uid, uid);
  writeFileSync(join(files, 'bird.conf'), configuration(vrf));
  return pod.run({
    name: 'bird',
    uid,
    command: ['/usr/sbin/bird', '-f', '-c', '/etc/bird.conf', '-s', '/run/bird/bird.ctl'],
    mounts: [
      { hostPath: '/run/bird/bird.conf', containerPath: '/etc/bird.conf', readonly: true },
      { hostPath: '/run/bird/run', containerPath: '/run/bird' },
      // In a real image: BIRD.
      { hostPath: '/usr', containerPath: '/usr', readonly: true },
    ],
  });
}
