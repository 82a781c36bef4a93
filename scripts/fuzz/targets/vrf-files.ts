/** A directory of VRF files: whatever is in them, they are read, and what is wrong is said with its line. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { VrfFiles } from '../../../agent/sources/vrf-files.ts';
import { nextVrfSet, type VrfSet } from '../../../agent/sources/vrf-set.ts';
import type { VrfText } from '../../../agent/sources/yaml-vrfs.ts';
import { mutatedBytes } from '../mutate/bytes.ts';
import { mutatedJson } from '../mutate/json.ts';
import { mutatedText } from '../mutate/text.ts';
import { vrfs } from '../originals/vrfs.ts';
import { must, type Target } from '../target.ts';

const examples = resolve(import.meta.dirname, '../../../manifests/examples');

const pieces = [
  '---\n',
  '\n',
  '  ',
  '\t',
  '- ',
  ': ',
  '&a ',
  '*a',
  '<<: ',
  '!!binary ',
  '? ',
  '[',
  '{',
  '|\n',
  'null',
  '~',
  'mtu: 1500',
  'table: 254',
  '1e9',
  '192.0.2.0/24',
  'name: customer-b',
];

function examine({ problems, drafts, unreadable, broken }: VrfText, lines: number): void {
  for (const { message, line } of problems) {
    must(message !== '', 'a problem without a message');
    must(message.length < 4096, `a problem of ${message.length} characters: ${message.slice(0, 200)}`);
    must(line === undefined || (line >= 1 && line <= lines), `line ${line} of ${lines}: ${message}`);
  }
  must(problems.length > 0 || (!unreadable && broken.size === 0), 'something is broken and nothing is said about it');
  const names = drafts.map(({ name }) => name);
  must(new Set(names).size === names.length, `one VRF twice: ${names}`);
}

function mustBeConsistent(set: VrfSet): void {
  const tables = [...set.values()].flatMap(({ vrf }) => vrf.spec.table ?? []);
  must(new Set(tables).size === tables.length, `one table twice: ${tables}`);
  for (const [name, { vrf }] of set) must(vrf.metadata.name === name, `${vrf.metadata.name} is in force as ${name}`);
}

export async function open(): Promise<Target<Buffer[]>> {
  const texts = readdirSync(examples)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(examples, name), 'utf8'));
  const file = fc.oneof(
    { weight: 3, arbitrary: mutatedText(texts, pieces).map((text) => Buffer.from(text)) },
    { weight: 2, arbitrary: mutatedJson(vrfs).map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: mutatedBytes(texts.map((text) => Buffer.from(text))) },
    { weight: 1, arbitrary: fc.constantFrom(...texts).map((text) => Buffer.from(text)) },
  );
  const directory = mkdtempSync(join(tmpdir(), 'fuzz-vrfs-'));
  let previous: VrfSet = new Map();
  return {
    input: fc.array(file, { minLength: 1, maxLength: 3 }),
    run(files) {
      rmSync(directory, { recursive: true });
      mkdirSync(directory);
      for (const [i, bytes] of files.entries()) writeFileSync(join(directory, `${i}.yaml`), bytes);
      const read = new VrfFiles(directory).read();
      must(read.size === files.length, `${read.size} of ${files.length} files are read`);
      for (const [i, bytes] of files.entries()) {
        examine(read.get(`${i}.yaml`)!, bytes.toString('utf8').split('\n').length);
      }
      mustBeConsistent(nextVrfSet(new Map(), read).set);
      // What was in force before must not matter.
      previous = nextVrfSet(previous, read).set;
      mustBeConsistent(previous);
    },
    show: (files) => files.map((bytes) => bytes.toString('utf8')).join('\n=== next file\n'),
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}
