/** What the executor can do. Every step has an inverse, so that a plan undoes itself. */
import type { Filter, KernelObject, LinkSettings, LocalRule, Namespace, Sysctl } from './kernel-object.ts';

/** Objects that are there or not, and travel as netlink messages. */
export type WireThing = Exclude<KernelObject, LinkSettings | LocalRule | Namespace | Sysctl>;

/** Steps that are netlink messages in one place. */
export type WireStep =
  | { do: 'add'; object: WireThing }
  | { do: 'remove'; object: WireThing }
  /** `from` holds the observed values of exactly the properties that `to` sets. */
  | { do: 'change'; to: LinkSettings; from: LinkSettings }
  | { do: 'replace'; to: Filter; from: Filter }
  | { do: 'move-local-rule'; to: LocalRule; from: LocalRule };

/** Steps that are system calls or files. */
export type DirectStep =
  | { do: 'make'; object: Namespace }
  | { do: 'unmake'; object: Namespace }
  /** `from` is absent where the old value could not be read. */
  | { do: 'write'; to: Sysctl; from?: Sysctl };

export type Step = WireStep | DirectStep;

/** Whether a step is no netlink message. */
export function isDirect(step: Step): step is DirectStep {
  return step.do === 'make' || step.do === 'unmake' || step.do === 'write';
}

/** What a step is about. */
export function subject(step: Step): KernelObject {
  return 'object' in step ? step.object : step.to;
}

/** The step that takes another one back; undefined when there is nothing to go back to. */
export function inverse(step: Step): Step | undefined {
  switch (step.do) {
    case 'add':
      return { do: 'remove', object: step.object };
    case 'remove':
      return { do: 'add', object: step.object };
    case 'make':
      return { do: 'unmake', object: step.object };
    case 'unmake':
      return { do: 'make', object: step.object };
    case 'change':
      return { do: 'change', to: step.from, from: step.to };
    case 'replace':
      return { do: 'replace', to: step.from, from: step.to };
    case 'move-local-rule':
      return { do: 'move-local-rule', to: step.from, from: step.to };
    case 'write':
      return step.from && { do: 'write', to: step.from, from: step.to };
  }
}
