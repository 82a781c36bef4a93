/** Real JSON with parts of it replaced, removed, repeated or renamed, and then perhaps its text damaged. */
import fc from 'fast-check';
import { mutatedBytes } from './bytes.ts';
import { strangeJson, strangeTexts } from './strange.ts';

type Container = Record<string, unknown> | unknown[];

interface Change {
  what: 'replace' | 'remove' | 'repeat' | 'rename' | 'add';
  /** Which of the places in the tree, in 65,536ths. */
  at: number;
  json: string;
  key: string;
}

const anyJson = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...strangeJson) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 2 }) },
);

const change: fc.Arbitrary<Change> = fc.record({
  what: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'repeat', 'rename', 'add'),
  at: fc.nat(0xffff),
  json: anyJson,
  key: fc.constantFrom(...strangeTexts),
});

/** Stands for raw JSON until the tree is text: some of it is too deep to be made by JSON.stringify(). */
class Raw {
  readonly json: string;
  constructor(json: string) {
    this.json = json;
  }
}

/** Every place of the tree: its container and key. */
function places(node: unknown): { container: Container; key: string | number }[] {
  if (typeof node !== 'object' || node === null || node instanceof Raw) return [];
  const container = node as Container;
  const keys = Array.isArray(container) ? container.keys() : Object.keys(container);
  return [...keys].flatMap((key) => [
    { container, key },
    ...places((container as Record<string | number, unknown>)[key]),
  ]);
}

/** Sets also `__proto__` as a key like any other. */
function put(container: Container, key: string | number, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
}

function apply(root: unknown, { what, at, json, key: name }: Change): void {
  const all = places(root);
  const place = all[Math.floor((at * all.length) / 0x10000)];
  if (!place) return;
  const { container, key } = place;
  const value = (container as Record<string | number, unknown>)[key];
  if (what === 'replace') put(container, key, new Raw(json));
  else if (Array.isArray(container)) {
    if (what === 'remove') container.splice(Number(key), 1);
    else container.splice(Number(key), 0, what === 'repeat' ? value : new Raw(json));
  } else if (what === 'add') put(container, name, new Raw(json));
  else {
    delete container[key];
    if (what === 'rename') put(container, name, value);
    if (what === 'repeat') put(container, key, [value, value]);
  }
}

function toText(node: unknown): string {
  if (node instanceof Raw) return node.json;
  if (Array.isArray(node)) return `[${node.map(toText).join(',')}]`;
  if (typeof node !== 'object' || node === null) return JSON.stringify(node);
  return `{${Object.entries(node)
    .map(([key, value]) => `${JSON.stringify(key)}:${toText(value)}`)
    .join(',')}}`;
}

/** Valid JSON: one of `originals`, changed in one to three places. */
function mutatedTree(originals: readonly unknown[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...originals), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([original, changes]) => {
      const root: unknown = structuredClone(original);
      for (const one of changes) apply(root, one);
      return toText(root);
    });
}

/** As {@link mutatedTree}; one in four is damaged as text instead. */
export function mutatedJson(originals: readonly unknown[]): fc.Arbitrary<string> {
  const texts = originals.map((original) => Buffer.from(JSON.stringify(original)));
  return fc.oneof(
    { weight: 3, arbitrary: mutatedTree(originals) },
    { weight: 1, arbitrary: mutatedBytes(texts).map((bytes) => bytes.toString('utf8')) },
  );
}
