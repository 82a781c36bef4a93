/** Evaluates CEL as an API server does, with its functions ip() and cidr(), as far as our rules use them. */
import { contains, type ParsedPrefix, parseAddress, parsePrefix } from '../../agent/api/address-syntax.ts';
import { type Cel, parseCel } from './cel-syntax.testing.ts';

/** Values by name. A field is never undefined: one that is absent has no key. */
export type Scope = Record<string, unknown>;

/** An IP address or a CIDR, in CEL an opaque type each. */
class Net {
  readonly prefix: ParsedPrefix;
  constructor(prefix: ParsedPrefix) {
    this.prefix = prefix;
  }
}

const host = (text: string) => `${text}/${text.includes(':') ? 128 : 32}`;
const mapped = parsePrefix('::ffff:0:0/96')!;

function net(text: unknown, isCidr: boolean): Net | undefined {
  const prefix = isCidr ? parsePrefix(String(text)) : parseAddress(String(text)) && parsePrefix(host(String(text)));
  return prefix && !contains(mapped, prefix) ? new Net(prefix) : undefined;
}

const must = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`CEL fails: ${what}`);
  return value;
};

const same = (a: unknown, b: unknown): boolean =>
  a instanceof Net && b instanceof Net
    ? a.prefix.family === b.prefix.family && a.prefix.value === b.prefix.value && a.prefix.length === b.prefix.length
    : a === b;

const asNet = (value: unknown, isCidr: boolean) =>
  value instanceof Net ? value : must(net(value, isCidr), `${value} is no ${isCidr ? 'CIDR' : 'IP'}`);
const prefixOf = (value: unknown) => (value as Net).prefix;
const length = (value: unknown) =>
  typeof value === 'string' || Array.isArray(value) ? value.length : Object.keys(value as object).length;

/** Functions by name; the first argument is the target, if the function is called upon one. */
const functions: Record<string, (...args: unknown[]) => unknown> = {
  '!': (a) => !must(typeof a === 'boolean' ? a : undefined, `! of ${a}`),
  '==': same,
  '!=': (a, b) => !same(a, b),
  '<': (a, b) => (a as number) < (b as number),
  '<=': (a, b) => (a as number) <= (b as number),
  '>': (a, b) => (a as number) > (b as number),
  '>=': (a, b) => (a as number) >= (b as number),
  '+': (a, b) =>
    must(
      typeof a === typeof b ? (Array.isArray(a) ? [...a, ...(b as [])] : (a as string) + b) : undefined,
      `${a} + ${b}`,
    ),
  '-': (a, b) => (a as number) - (b as number),
  in: (a, b) => (Array.isArray(b) ? b.some((one) => same(a, one)) : Object.hasOwn(b as object, a as string)),
  '[]': (list, key) => must((list as Record<string, unknown>)[key as string], `no element ${key}`),
  string: (value) => (value instanceof Net ? value.prefix.text : String(value)),
  size: length,
  contains: (text, part) => (text as string).includes(part as string),
  startsWith: (text, part) => (text as string).startsWith(part as string),
  endsWith: (text, part) => (text as string).endsWith(part as string),
  matches: (text, pattern) => new RegExp(pattern as string).test(text as string),
  replace: (text, part, other) => (text as string).replaceAll(part as string, other as string),
  split: (text, by) => (text as string).split(by as string),
  join: (list, by) => (list as string[]).join(by as string),
  trim: (text) => (text as string).trim(),
  indexOf: (text, part) => (text as string).indexOf(part as string),
  substring: (text, from, to) => (text as string).substring(from as number, to as number | undefined),
  isIP: (text) => net(text, false) !== undefined,
  isCIDR: (text) => net(text, true) !== undefined,
  'ip.isCanonical': (text) => parseAddress(text as string)?.text === text,
  ip: (value) => (value instanceof Net ? net(value.prefix.text.split('/')[0], false) : asNet(value, false)),
  cidr: (text) => asNet(text, true),
  masked: (value) => new Net({ ...prefixOf(value), value: prefixOf(value).first }),
  prefixLength: (value) => prefixOf(value).length,
  isLinkLocalUnicast: (value) =>
    ['169.254.0.0/16', 'fe80::/10'].some((block) => contains(parsePrefix(block)!, prefixOf(asNet(value, false)))),
  containsIP: (outer, inner) => contains(prefixOf(outer), hostBlock(prefixOf(asNet(inner, false)))),
  containsCIDR: (outer, inner) => contains(prefixOf(outer), prefixOf(asNet(inner, true))),
};

const hostBlock = ({ family, value }: ParsedPrefix) => ({ family, first: value, last: value });

const macros: Record<string, (list: unknown[], test: (value: unknown) => unknown) => unknown> = {
  all: (list, test) => list.every((one) => test(one) === true),
  exists: (list, test) => list.some((one) => test(one) === true),
  filter: (list, test) => list.filter((one) => test(one) === true),
  map: (list, make) => list.map(make),
};

function value(cel: Cel, scope: Scope): unknown {
  switch (cel.is) {
    case 'literal':
      return cel.value;
    case 'name':
      return must(scope[cel.name], `no ${cel.name}`);
    case 'field':
      return must((value(cel.of, scope) as Record<string, unknown>)[cel.field], `no field ${cel.field}`);
    case 'list':
      return cel.elements.map((element) => value(element, scope));
    case 'call':
      return call(cel, scope);
  }
}

function call({ name, target, args }: Cel & { is: 'call' }, scope: Scope): unknown {
  const [first, second, third] = args;
  if (name === '?:') return value(first!, scope) === true ? value(second!, scope) : value(third!, scope);
  if (name === '&&') return value(first!, scope) === true && value(second!, scope) === true;
  if (name === '||') return value(first!, scope) === true || value(second!, scope) === true;
  if (name === 'has' && first?.is === 'field') return Object.hasOwn(value(first.of, scope) as object, first.field);
  const macro = target && macros[name];
  if (macro && first?.is === 'name') {
    return macro(value(target, scope) as unknown[], (one) => value(second!, { ...scope, [first.name]: one }));
  }
  const scoped = target?.is === 'name' && target.name === 'ip' ? `ip.${name}` : name;
  const run = must(Object.hasOwn(functions, scoped) ? functions[scoped] : undefined, `no function ${scoped}`);
  const values = [...(target && scoped === name ? [target] : []), ...args].map((arg) => value(arg, scope));
  return run(...values);
}

const parsed = new Map<string, Cel>();

/** The value of an expression. Throws where CEL would fail. */
export function evaluateCel(text: string, scope: Scope): unknown {
  const cel = parsed.get(text) ?? parseCel(text);
  parsed.set(text, cel);
  return value(cel, scope);
}
