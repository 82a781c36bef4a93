/** Lines of a stream of bytes. */

/** Larger than two versions of the largest object that etcd takes (1.5 MiB), escaped. */
const longest = 16 * 1024 * 1024;

/**
 * Yields whole lines; a last one without its newline was cut off and is dropped. `alive` is called whenever bytes come.
 * Ending the loop early ends the stream. Throws for a line of more than 16 MiB.
 */
export async function* readLines(stream: AsyncIterable<Uint8Array>, alive: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let length = 0;
  for await (const bytes of stream) {
    alive();
    // Split at newlines alone: readline takes U+2028 inside a string for one as well.
    const [head = '', ...rest] = decoder.decode(bytes, { stream: true }).split('\n');
    parts.push(head);
    length += head.length;
    for (const next of rest) {
      yield parts.join('');
      parts = [next];
      length = next.length;
    }
    if (length > longest) throw new Error(`a line of more than ${longest} characters`);
  }
}
