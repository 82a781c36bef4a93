/** What the demo prints: numbered sections, lines, tables; in colour on a terminal only. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

export const good = (text: string): string => paint('green', text);
export const bad = (text: string): string => paint(['red', 'bold'], text);

export function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function line(text: string): void {
  say(`   ${text}`);
}

let sections = 0;

export function section(title: string): void {
  sections += 1;
  say(`\n${paint('bold', `${sections}  ${title}`)}`);
}

/** A line that says whether something holds. */
export function verdict(holds: boolean, text: string): void {
  line(`${holds ? good('ok') : bad('FAILED')}  ${text}`);
}

/** Tells whether something holds, keeps it in mind, and returns it. */
export type Check = (holds: boolean, text: string) => boolean;

/** Columns as wide as their widest cell. Cells have no colour. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const width = head.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map((c) => c.length)),
  );
  const text = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(width[column] ?? 0))
      .join('  ')
      .trimEnd();
  line(paint('dim', text(head)));
  for (const row of rows) line(text(row));
}
