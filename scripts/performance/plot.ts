/** One chapter's questions as a picture: a bar for each ratio, a line at the peer, a mark at the goal. */
import type { Row } from '../bench/rows.ts';
import type { Chapter } from './questions.ts';

const width = 760;
const labels = 270;
const figures = 170;
const line = 26;
const top = 44;
/** A bar longer than that would make the others too short to read. */
const farthest = 3;

/** Follows the reader's light or dark theme; outside a browser it is light on a background of its own. */
const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 } .note { fill: #59636e; font-size: 11px }
  .page { fill: #ffffff } .ok { fill: #2f7d4f } .short { fill: #b3561d }
  .peer { stroke: #59636e } .goal { stroke: #1f2328; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .note { fill: #9198a1 } .page { fill: #0d1117 }
    .ok { fill: #57ab7a } .short { fill: #e08a4f } .peer { stroke: #9198a1 } .goal { stroke: #e6edf3 }
  }`;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** An SVG document. Of `rows`, those of the chapter are shown; undefined when there is none. */
export function plot({ title, questions }: Chapter, rows: readonly Row[]): string | undefined {
  const shown = Object.entries(questions).flatMap(([question, words]) => {
    const row = rows.find((one) => one.question === question);
    return row ? [{ row, words }] : [];
  });
  if (shown.length === 0) return undefined;
  const largest = Math.min(farthest, Math.max(1.3, ...shown.map(({ row }) => Math.max(row.ratio, row.goal))));
  const room = width - labels - figures;
  const x = (ratio: number) => Math.round(labels + (Math.min(ratio, largest) / largest) * room);
  const height = top + shown.length * line + 30;
  const bars = shown.map(({ row, words }, i) => {
    const y = top + i * line;
    const { ours, peer, unit, ratio, goal, ok } = row;
    return [
      `<text x="${labels - 10}" y="${y + 15}" text-anchor="end">${escaped(words)}</text>`,
      `<rect class="${ok ? 'ok' : 'short'}" x="${labels}" y="${y + 3}" width="${Math.max(1, x(ratio) - labels)}" height="16" rx="2"/>`,
      `<line class="goal" x1="${x(goal)}" x2="${x(goal)}" y1="${y + 1}" y2="${y + 21}"/>`,
      `<text x="${width - figures + 10}" y="${y + 15}">${ratio.toFixed(2)}</text>`,
      `<text class="note" x="${width - figures + 50}" y="${y + 15}">${Number(ours.toPrecision(3))} of ${Number(peer.toPrecision(3))} ${unit}</text>`,
    ].join('\n  ');
  });
  const end = top + shown.length * line;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${escaped(title)}</title>
  <style>${style}
  </style>
  <rect class="page" width="${width}" height="${height}"/>
  <text class="title" x="12" y="24">${escaped(title)}</text>
  <line class="peer" x1="${x(1)}" x2="${x(1)}" y1="${top - 6}" y2="${end + 4}" stroke-dasharray="3 3"/>
  ${bars.join('\n  ')}
  <text class="note" x="${x(1)}" y="${end + 18}" text-anchor="middle">peer = 1</text>
  <text class="note" x="12" y="${end + 18}">bar: ours to the peer's; mark: goal</text>
</svg>
`;
}
