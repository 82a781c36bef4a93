/** The functions that Kubernetes adds to CEL for addresses, and the library's string functions in cel-go's form. */
import type { Environment } from '@marcbachmann/cel-js';
import { contains, type ParsedPrefix, parseAddress, parsePrefix } from '../../agent/api/address-syntax.ts';

/** A CIDR, as CEL has it: a type without fields. */
class Cidr {
  readonly prefix: ParsedPrefix;
  constructor(prefix: ParsedPrefix) {
    this.prefix = prefix;
  }
}

/** An IP address, as a prefix of full length. */
class Ip {
  readonly prefix: ParsedPrefix;
  constructor(prefix: ParsedPrefix) {
    this.prefix = prefix;
  }
}

/** What `ip` is in `ip.isCanonical(…)`. */
class IpFunctions {}

const hostText = (text: string) => `${text}/${text.includes(':') ? 128 : 32}`;
const mapped = parsePrefix('::ffff:0:0/96')!;

/** As netip.ParsePrefix and ParseAddr with the rules of apiserver/pkg/cel/library: no IPv4 in IPv6. */
const parseOwn = (prefix: ParsedPrefix | undefined) => (prefix && !contains(mapped, prefix) ? prefix : undefined);
const parseCidr = (text: string) => parseOwn(parsePrefix(text));
const parseIp = (text: string) => parseOwn(parseAddress(text) && parsePrefix(hostText(text)));

const must = (prefix: ParsedPrefix | undefined, what: string): ParsedPrefix => {
  if (!prefix) throw new Error(`network address parse error during conversion from string: ${what}`);
  return prefix;
};

const cidr = (text: string) => new Cidr(must(parseCidr(text), text));
const ip = (text: string) => new Ip(must(parseIp(text), text));

const same = (a: Cidr | Ip, b: Cidr | Ip) =>
  a.prefix.family === b.prefix.family && a.prefix.value === b.prefix.value && a.prefix.length === b.prefix.length;

const linkLocal = ['169.254.0.0/16', 'fe80::/10'].map((text) => parsePrefix(text)!);

/** `%d`, `%s` and `%v` of cel-go's strings extension. */
const format = (text: string, values: unknown[]) => {
  const rest = [...values];
  return text.replaceAll(/%[dsv]/g, () => String(rest.shift()));
};

/**
 * Adds to `environment` what https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-ip-address-library and
 * #kubernetes-cidr-library declare, as far as our rules use it, and `format`, which the library has not.
 */
export function withKubernetesFunctions(environment: Environment): Environment {
  return environment
    .registerType('net.IP', { ctor: Ip, fields: {} })
    .registerType('net.CIDR', { ctor: Cidr, fields: {} })
    .registerType('net.IP.functions', { ctor: IpFunctions, fields: {} })
    .registerConstant('ip', 'net.IP.functions', new IpFunctions())
    .registerOperator('net.IP == net.IP', same)
    .registerOperator('net.CIDR == net.CIDR', same)
    .registerFunction('isIP(string): bool', (text: string) => parseIp(text) !== undefined)
    .registerFunction('isCIDR(string): bool', (text: string) => parseCidr(text) !== undefined)
    .registerFunction('ip(string): net.IP', ip)
    .registerFunction('cidr(string): net.CIDR', cidr)
    .registerFunction(
      'net.IP.functions.isCanonical(string): bool',
      (_: IpFunctions, text: string) => parseAddress(text)?.text === text,
    )
    .registerFunction('net.IP.isLinkLocalUnicast(): bool', ({ prefix }: Ip) =>
      linkLocal.some((block) => contains(block, prefix)),
    )
    .registerFunction('net.CIDR.ip(): net.IP', ({ prefix }: Cidr) => ip(prefix.text.split('/')[0]!))
    .registerFunction('net.CIDR.masked(): net.CIDR', ({ prefix }: Cidr) => new Cidr({ ...prefix, value: prefix.first }))
    .registerFunction('net.CIDR.prefixLength(): int', ({ prefix }: Cidr) => BigInt(prefix.length))
    .registerFunction('net.CIDR.containsIP(net.IP): bool', (a: Cidr, b: Ip) => contains(a.prefix, b.prefix))
    .registerFunction('net.CIDR.containsIP(string): bool', (a: Cidr, b: string) => contains(a.prefix, ip(b).prefix))
    .registerFunction('net.CIDR.containsCIDR(net.CIDR): bool', (a: Cidr, b: Cidr) => contains(a.prefix, b.prefix))
    .registerFunction('net.CIDR.containsCIDR(string): bool', (a: Cidr, b: string) => contains(a.prefix, cidr(b).prefix))
    .registerFunction('string.replace(string, string): string', (text: string, part: string, other: string) =>
      text.replaceAll(part, other),
    )
    .registerFunction('string.format(list): string', format);
}
