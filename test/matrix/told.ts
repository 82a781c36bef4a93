/** Runs the matrix, prints and writes what it found. */
import { inWords, report } from './report.ts';
import { runMatrix } from './run.ts';
import type { MatrixScene } from './scene.ts';

/** The wrong cells, and those in which evidence disagrees, in words. */
export async function wrongCells(scene: MatrixScene, condition: string): Promise<string[]> {
  const outcome = await runMatrix(scene);
  const { mode, backend, pod } = scene.combination;
  const name = `${mode} mode, backend ${backend}, pod side ${pod}, ${condition}`;
  report(name, outcome);
  const words = [
    ...outcome.wrong.map((one) => `wrong: ${inWords(one)}`),
    ...outcome.disagreements.map((one) => `disagreement: ${one}`),
  ];
  const { cells, wrong, compared, disagreements } = outcome;
  if (compared < cells) words.push(`without evidence: ${cells - compared} cells`);
  const summary = `matrix: ${cells} cells, ${wrong.length} wrong, ${compared} with evidence, ${disagreements.length} disagreements (${name})`;
  process.stderr.write(`${[summary, ...words].join('\n')}\n`);
  return words;
}
