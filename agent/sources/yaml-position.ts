/** From the path of a field to its line in a YAML document. */
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter, type Node } from 'yaml';

/** The line, counted from 1, of the field at `path`, or of what is nearest to it where it is missing. */
export type Locate = (path: readonly PropertyKey[]) => number;

const start = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** The line of a scalar is its own; that of a map or list is its key's. */
export function locator(document: Document, lineCounter: LineCounter): Locate {
  return (path) => {
    let node: Node | null = document.contents;
    let offset = start(node) ?? 0;
    for (const key of path) {
      const parent: unknown = isAlias(node) ? node.resolve(document) : node;
      if (isMap(parent)) {
        const pair = parent.items.find((item) => (isScalar(item.key) ? item.key.value : item.key) === key);
        if (!pair) break;
        node = isNode(pair.value) ? pair.value : null;
        offset = (isScalar(node) ? start(node) : undefined) ?? start(pair.key) ?? offset;
      } else if (isSeq(parent)) {
        const item = parent.items[Number(key)];
        if (!isNode(item)) break;
        node = item;
        offset = start(node) ?? offset;
      } else break;
    }
    return lineCounter.linePos(offset).line;
  };
}
