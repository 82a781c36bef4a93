/** What the matrix (test/matrix/) found, over all kernels that it ran in, in one line. */
import { mergeParts } from '../test/matrix/report.ts';

/** `matrix: N cells, N wrong, N disagreements (in which kernels)`, or why there is nothing to tell; ends in a line feed. */
export function matrixLine(): string {
  try {
    const { cells, wrong, disagreements, kernels } = mergeParts();
    const where = kernels.map((kernel) => `${kernel.cells} in Linux ${kernel.release}`).join(', ');
    return `matrix: ${cells} cells, ${wrong} wrong, ${disagreements} disagreements (${where})\n`;
  } catch (error) {
    return `matrix: it did not run (${(error as Error).message})\n`;
  }
}
