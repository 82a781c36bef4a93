/**
 * A pure function of a text that remembers what it came to for the last `most` texts, or fewer: planning one attachment asks
 * the same of its addresses two dozen times. What it throws it does not remember.
 */
export function lately<T>(compute: (text: string) => T, most = 1024): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const result = compute(text);
    if (known.size >= most) known.clear();
    known.set(text, result);
    return result;
  };
}
