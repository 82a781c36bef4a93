import { brief } from '../../common/printable.ts';

/**
 * What is wrong with one value and what would be right. `problem` reads on after the value:
 * `"192.0.2.2"` + `has no prefix length`.
 */
export interface Finding {
  problem: string;
  fix: string;
}

/** Both halves as one phrase, for messages that have no place for details. */
export const phrase = ({ problem, fix }: Finding): string => `${problem}; ${fix}`;

const longest = 80;

/** A value as it was written, quoted and cut to a readable length; control characters come out escaped. */
export function quote(value: unknown): string {
  return brief(JSON.stringify(value) ?? String(value), longest);
}
