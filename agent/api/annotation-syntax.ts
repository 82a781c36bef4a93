/** The annotation's JSON form as typed parts, before any value is judged. */
import { attachAnnotation } from '../../common/cni.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import { brief } from '../../common/printable.ts';
import { quote } from './finding.ts';

/** A string of the annotation and where it stands: `element 2: address`. */
export interface WrittenText {
  where: string;
  text: string;
}

/** One attachment as written. */
export interface Written {
  where: string;
  vrf: WrittenText;
  interface?: WrittenText;
  addresses?: WrittenText[];
  mac?: WrittenText;
  routes?: { to: WrittenText; via?: WrittenText }[];
  accept?: WrittenText;
}

/** Throws the CniError of a bad annotation: `problem` reads on after its key, `fix` says what would be right. */
export function refuse(problem: string, fix: string, cause?: unknown): never {
  throw new CniError(CniCode.invalidConfig, `annotation ${attachAnnotation}: ${problem}`, fix, { cause });
}

/** Reads the JSON form. Throws a CniError for anything but a list of objects with known keys of the right types. */
export function readJsonList(value: string): Written[] {
  // Admission policies read the annotation as text: what they see must be what we see.
  if (value.includes('\\')) refuse(`has a backslash: ${quote(value)}`, 'write characters as they are, without escapes');
  const list = parseJson(value);
  if (!Array.isArray(list)) return refuse(`is not a JSON list: ${quote(value)}`, 'write [{"vrf": "customer-a"}]');
  if (list.length === 0) refuse('is an empty list', 'name a VRF, or remove the annotation');
  const repeated = repeatedKey(value);
  if (repeated) refuse(`key ${brief(repeated)} stands twice in one object`, 'write each key once');
  return list.map((element: unknown, index) => readElement(element, `element ${index + 1}`));
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    return refuse(
      `is not JSON: ${quote(value)}: ${brief((error as Error).message)}`,
      'write [{"vrf": "customer-a"}]',
      error,
    );
  }
}

/** JSON.parse() keeps the last of two equal keys in silence. For valid JSON without backslashes. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, key] of json.matchAll(/("[^"]*")\s*:|"[^"]*"|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (key !== undefined) {
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    }
  }
  return undefined;
}

function readElement(value: unknown, where: string): Written {
  const element = readObject(value, where, ['vrf', 'interface', 'addresses', 'mac', 'routes', 'accept']);
  if (element.vrf === undefined)
    refuse(`${where} ${quote(value)} has no key "vrf"`, 'name the VRF: "vrf": "customer-a"');
  const { interface: device, addresses, mac, routes, accept } = element;
  return {
    where,
    vrf: readText(element.vrf, `${where}: VRF`),
    ...(device !== undefined && { interface: readText(device, `${where}: interface`) }),
    ...(addresses !== undefined && {
      addresses: readList(addresses, `${where}: addresses`).map((text) => readText(text, `${where}: address`)),
    }),
    ...(mac !== undefined && { mac: readText(mac, `${where}: mac`) }),
    ...(routes !== undefined && {
      routes: readList(routes, `${where}: routes`).map((route) => readRoute(route, `${where}: route`)),
    }),
    ...(accept !== undefined && { accept: readText(accept, `${where}: accept`) }),
  };
}

function readRoute(value: unknown, where: string): { to: WrittenText; via?: WrittenText } {
  const { to, via } = readObject(value, where, ['to', 'via']);
  if (to === undefined) refuse(`${where} ${quote(value)} has no key "to"`, 'write {"to": "198.51.100.0/24"}');
  return { to: readText(to, `${where} to`), ...(via !== undefined && { via: readText(via, `${where} via`) }) };
}

function readObject(value: unknown, where: string, known: string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(`${where} ${quote(value)} is not an object`, `write an object with the keys ${known.join(', ')}`);
  }
  const unknownKey = Object.keys(value).find((key) => !known.includes(key));
  if (unknownKey !== undefined)
    refuse(`${where} has the unknown key ${quote(unknownKey)}`, `known are ${known.join(', ')}`);
  return value as Record<string, unknown>;
}

function readText(value: unknown, where: string): WrittenText {
  return typeof value === 'string'
    ? { where, text: value }
    : refuse(`${where} ${quote(value)} is not a string`, 'write it in double quotes');
}

function readList(value: unknown, where: string): unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  return refuse(`${where} ${quote(value)} is not a list with entries`, 'write a JSON list, or leave the key out');
}
