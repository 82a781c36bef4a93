/** What to do about the kernel's refusals that operators meet, by step and errno. */
import { CniCode, CniError } from '../../common/errors.ts';
import type { Outcome } from '../netlink/socket.ts';
import { errnoName } from '../netlink/sys/libc.ts';
import { describeStep } from '../plan/describe.ts';
import { type Step, subject } from '../plan/step.ts';
import { busyAt } from './busy.ts';

/** The error about a step that the kernel refused: what is refused for now is to be tried again. */
export function kernelError(step: Step, { errno, reason }: Outcome): CniError {
  const name = errnoName(errno);
  const message = `cannot ${describeStep(step)}: ${name}${reason ? ` (${reason})` : ''}`;
  const again = busyAt(step, name);
  return new CniError(again ? CniCode.tryAgainLater : CniCode.kernel, message, again ?? explain(step, name));
}

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
  if (object.object === 'link' && object.kind === 'veth' && errno === 'EXFULL') {
    return `a Linux bridge has at most 1,023 ports, and ${object.master} has them: run the pod on another node, or use mode: routed`;
  }
  if (object.object === 'link' && object.kind === 'vlan' && errno === 'EEXIST') {
    return `VLAN ${object.id} on ${object.parent} is in use by somebody else: multivrf does not take it over`;
  }
  if (object.object === 'filter' && step.do !== 'remove' && errno === 'ENOENT') {
    return 'this kernel lacks sch_ingress, cls_bpf or act_mirred (CONFIG_NET_SCH_INGRESS, CONFIG_NET_CLS_BPF, CONFIG_NET_ACT_MIRRED): load them, or install the package that has them';
  }
  if (object.object === 'address' && errno === 'EACCES')
    return 'IPv6 is switched off there (net.ipv6.conf.*.disable_ipv6)';
  return undefined;
}
