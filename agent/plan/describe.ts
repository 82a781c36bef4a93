/** Steps in the operator's words, as they appear in error messages and logs. */
import type { KernelObject, Place } from './kernel-object.ts';
import { type Step, subject } from './step.ts';

function nameOf(place: Place): string {
  return place === 'node' || place === 'pod' ? `the ${place}` : `namespace ${place.slice('vrf/'.length)}`;
}

function where(place: Place): string {
  return `${place === 'node' ? 'on' : 'in'} ${nameOf(place)}`;
}

function words(values: Record<string, unknown>): string {
  return Object.entries(values)
    .flatMap(([key, value]) => {
      if (value === undefined) return [];
      if (value === '') return [`no ${key}`];
      return [`${key} ${typeof value === 'object' ? words({ ...value }) : value}`];
    })
    .join(' ');
}

/** `route 10.0.0.0/8 via 192.0.2.254 dev net1 table 1001 in the pod`. */
export function describeObject(object: KernelObject): string {
  const at = where(object.in);
  switch (object.object) {
    case 'namespace':
      return `namespace ${object.name}`;
    case 'link':
      return `${object.kind} ${object.name} ${at}`;
    case 'moved-link':
      return `interface ${object.name} of ${nameOf(object.from)} ${at}`;
    case 'link-settings': {
      const { object: _, in: __, dev, ...settings } = object;
      return `${words(settings)} of interface ${dev} ${at}`;
    }
    case 'address':
      return `address ${object.address} on interface ${object.dev} ${at}`;
    case 'route': {
      const { type, to, via, dev, src, table, metric } = object;
      const kind = type === 'unicast' ? '' : `${type} `;
      return `route ${kind}${to} ${words({ via, dev, src, table, metric })} ${at}`;
    }
    case 'rule': {
      const { family, priority, iif, oif, from, to, action, table } = object;
      return `IPv${family} rule ${words({ priority, iif, oif, from, to })} ${action}${table === undefined ? '' : ` ${table}`} ${at}`;
    }
    case 'local-rule':
      return `IPv${object.family} rule for table local at priority ${object.priority} ${at}`;
    case 'fdb':
      return `forwarding entry ${object.mac} on port ${object.dev} ${at}`;
    case 'filter':
      return `${object.direction} filter of interface ${object.dev} ${at}`;
    case 'sysctl':
      return `sysctl ${object.path} = ${object.value} ${at}`;
  }
}

/** `add route …`, `set up true of interface …`. */
export function describeStep(step: Step): string {
  const verb = { change: 'set', write: 'set', 'move-local-rule': 'move' } as Partial<Record<Step['do'], string>>;
  return `${verb[step.do] ?? step.do} ${describeObject(subject(step))}`;
}
