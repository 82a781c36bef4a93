/** Where the elements of an array stand in a JSON text, so that one can be changed and every other byte kept. Pure. */

/** From `start` up to, not including, `end`. */
export interface Span {
  start: number;
  end: number;
}

/**
 * The elements of the array under `key` of the outermost object, in order. `text` must be valid JSON. Of several
 * such keys the last counts, as it does for JSON.parse and for Go.
 */
export function elementsOf(text: string, key: string): Span[] {
  const token = /"(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
  let spans: Span[] = [];
  let depth = 0;
  let inside = false;
  let name = '';
  let element: Span | undefined;
  let previous = '';
  for (const { 0: word, index } of text.matchAll(token)) {
    const outermost = depth === 1;
    if (word === '}' || word === ']') depth -= 1;
    if (inside && depth === 1) {
      if (element) spans.push(element);
      inside = false;
    } else if (inside && depth === 2 && word === ',') {
      spans.push(element!);
      element = undefined;
    } else if (inside) {
      element = { start: element?.start ?? index, end: index + word.length };
    } else if (outermost && word.startsWith('"') && (previous === '{' || previous === ',')) {
      name = JSON.parse(word);
      if (name === key) spans = [];
    } else if (outermost && word === '[' && name === key) {
      inside = true;
      element = undefined;
    }
    if (word === '{' || word === '[') depth += 1;
    previous = word;
  }
  return spans;
}
