/**
 * Control characters (C0, DEL, C1), line separators, and what turns the direction of writing: a terminal or a log that
 * shows them would obey them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const unprintable = /[\0-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The text on one line, with everything in it visible: control characters as `\u001b`, halves of characters as U+FFFD. */
export function printable(text: string): string {
  return text.replace(unprintable, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).toWellFormed();
}

/** As {@link printable}, and cut to `length` characters. */
export function brief(text: string, length = 200): string {
  // What is cut off need not be made visible.
  const line = printable(text.length > length ? text.slice(0, length + 1) : text);
  return line.length <= length ? line : `${line.slice(0, length - 1).toWellFormed()}…`;
}
