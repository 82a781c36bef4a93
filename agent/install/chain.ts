/** Puts our entry into the text of a conflist and takes it out; every byte that is not the entry's stays. Pure. */
import { assertJoinable, parseConflist } from './conflist.ts';
import { correctEntry, type EntrySettings, isCorrect, isOurEntry } from './entry.ts';
import { elementsOf, type Span } from './json-elements.ts';

/**
 * The conflist with our entry in it once, and right: one that is there stays where it is, a new one comes last. The
 * text is returned as it is when nothing is to be done. `file` is for the errors.
 * @throws CniError 6 or 7 when `text` is no chain that we can join.
 */
export function withEntry(file: string, text: string, settings: EntrySettings): string {
  const conflist = parseConflist(file, text);
  assertJoinable(file, conflist);
  const { plugins } = conflist;
  const first = plugins.findIndex((plugin) => !isOurEntry(plugin));
  const kept = plugins.findIndex((plugin, index) => index > first && isOurEntry(plugin));
  // From the last on, so that the places of those before stay right.
  const edited = plugins.reduceRight<string>((sofar, plugin, index) => {
    if (!isOurEntry(plugin)) return sofar;
    if (index !== kept) return cut(sofar, index);
    return isCorrect(plugin, settings) ? sofar : replace(sofar, index, correctEntry(plugin, settings));
  }, text);
  return kept < 0 ? append(edited, correctEntry({}, settings)) : edited;
}

/** The conflist without our entry, or as it is when there is none. Throws a CniError (6, 7) when it is no conflist. */
export function withoutEntry(file: string, text: string): string {
  const { plugins } = parseConflist(file, text);
  return plugins.reduceRight<string>((sofar, plugin, index) => (isOurEntry(plugin) ? cut(sofar, index) : sofar), text);
}

function append(text: string, entry: object): string {
  const spans = elementsOf(text, 'plugins');
  const [before, last] = [spans.at(-2), spans.at(-1)!];
  const space = /\s*$/.exec(text.slice(0, last.start))![0];
  const separator = before ? text.slice(before.end, last.start) : `,${space}`;
  return splice(text, { start: last.end, end: last.end }, separator + written(entry, text, last));
}

function replace(text: string, index: number, entry: object): string {
  const span = elementsOf(text, 'plugins')[index]!;
  return splice(text, span, written(entry, text, span));
}

function cut(text: string, index: number): string {
  const spans = elementsOf(text, 'plugins');
  const [before, here, after] = [spans[index - 1], spans[index]!, spans[index + 1]];
  if (before) return splice(text, { start: before.end, end: here.end }, '');
  return splice(text, { start: here.start, end: after?.start ?? here.end }, '');
}

/** The entry, laid out as the element at `like` is: on one line, or indented as that. */
function written(entry: object, text: string, like: Span): string {
  const model = text.slice(like.start, like.end);
  const lines = /^[^\n]*?(\r?\n)([ \t]*)[\s\S]*\n([ \t]*)\}$/.exec(model);
  if (lines) {
    const [, newline = '\n', inner = '', outer = ''] = lines;
    const unit = inner.startsWith(outer) ? inner.slice(outer.length) : '  ';
    return JSON.stringify(entry, null, unit).replaceAll('\n', newline + outer);
  }
  return /":\s/.test(model) ? JSON.stringify(entry, null, 1).replace(/\n */g, ' ') : JSON.stringify(entry);
}

function splice(text: string, { start, end }: Span, put: string): string {
  return text.slice(0, start) + put + text.slice(end);
}
