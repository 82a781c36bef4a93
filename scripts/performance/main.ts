/** Puts what build/bench.json says into docs/performance.md, between its marks, and into docs/performance/*.svg. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Row } from '../bench/rows.ts';
import { plot } from './plot.ts';
import { chapters } from './questions.ts';

const page = 'docs/performance.md';
const { rows } = JSON.parse(readFileSync('build/bench.json', 'utf8')) as { rows: Row[] };

function figure(value: number, unit: string): string {
  return `${Number(value.toPrecision(3))} ${unit}`;
}

function tableOf(questions: Readonly<Record<string, string>>): string {
  const lines = Object.entries(questions).flatMap(([question, words]) => {
    const row = rows.find((one) => one.question === question);
    if (!row) return [];
    const { ratio, goal, ok, ours, peer, peerName, unit, p99, runs, stolen } = row;
    const bound = unit === 'Gbit/s' ? '≥' : '≤';
    const cells = [
      `${words} (\`${question}\`)`,
      `${ok ? '' : '**'}${ratio.toFixed(2)}${ok ? '' : '**'}`,
      `${bound} ${goal}`,
      figure(ours, unit),
      `${figure(peer, unit)}, ${peerName}`,
      figure(p99, unit),
      String(runs),
      stolen === undefined ? '' : `${(100 * stolen).toFixed(0)} %`,
    ];
    return [`| ${cells.join(' | ')} |`];
  });
  return [
    '| | ratio | goal | ours | peer | p99 | runs | stolen |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

mkdirSync('docs/performance', { recursive: true });
const parts = chapters.flatMap((chapter) => {
  const picture = plot(chapter, rows);
  if (picture === undefined) return [];
  writeFileSync(`docs/performance/${chapter.name}.svg`, picture);
  return [
    `### ${chapter.title}\n\n![${chapter.title}](performance/${chapter.name}.svg)\n\n${tableOf(chapter.questions)}`,
  ];
});
const [begin, end] = ['<!-- measured: make performance -->', '<!-- end -->'];
const text = readFileSync(page, 'utf8');
const [from, to] = [text.indexOf(begin), text.indexOf(end)];
if (from < 0 || to < from) throw new Error(`${page} lacks the marks ${begin} and ${end}`);
writeFileSync(page, `${text.slice(0, from + begin.length)}\n\n${parts.join('\n\n')}\n\n${text.slice(to)}`);
