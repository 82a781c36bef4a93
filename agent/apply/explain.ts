/** What to do about the kernel's refusals that operators meet, by step and errno. */
import { type Step, subject } from '../plan/step.ts';

/** Undefined where the kernel's own words must do. */
export function explain(step: Step, errno: string): string | undefined {
  const object = subject(step);
  if (errno === 'EPERM') return 'the agent needs CAP_NET_ADMIN; see its securityContext';
  if (object.object === 'link' && errno === 'ENOTSUP') {
    return object.kind === 'vrf'
      ? 'this kernel has no VRF devices (CONFIG_NET_VRF): use backend: namespace and pod: rules, or auto for both'
      : `this kernel cannot make ${object.kind} links (module missing?)`;
  }
  if (object.object === 'link' && object.kind === 'veth' && errno === 'EEXIST') {
    return `the pod or the node already has an interface of that name: choose another in the annotation's "interface"`;
  }
  if (object.object === 'link' && object.kind === 'vlan' && errno === 'EEXIST') {
    return `VLAN ${object.id} on ${object.parent} is in use by somebody else: multivrf does not take it over`;
  }
  if (object.object === 'address' && errno === 'EACCES')
    return 'IPv6 is switched off there (net.ipv6.conf.*.disable_ipv6)';
  return undefined;
}
