/** A group of questions that share a world. */
import type { Row } from './rows.ts';

/** Answers the questions of a group; `quick`: with as few measurements as say anything. */
export type Group = (quick: boolean) => Promise<Answer>;

export interface Answer {
  rows: Row[];
  /** What is to be known of the measurements beside the rows, such as how far a peer without our layers comes. */
  notes?: Record<string, unknown>;
}
