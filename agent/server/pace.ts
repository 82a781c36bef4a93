/** How soon a VRF is looked at again: what somebody puts wrong over and over is reported, and not fought. */

/** In milliseconds. */
const window = 60_000;
/** Repairs in one window, beyond which there is somebody at work who wants it otherwise. */
const patience = 5;
/** In times of what a look took: how long the next one waits, … */
const shortLook = 50;
/** … but, in milliseconds, no longer than this, which a look that a busy machine has held up would otherwise make it wait, … */
const longestRest = 5_000;
/** … unless it takes more than half a second, as with a thousand attachments, and requests wait for parts of it. */
const longLook = 10;

/** `right`: nothing was to do. */
export type Outcome = 'right' | 'repaired' | 'failed';

export class Pace {
  #repairs: number[] = [];
  #failures = 0;
  #notBefore = 0;

  /** The time, in milliseconds of the same clock, before which nothing is to be done. */
  get notBefore(): number {
    return this.#notBefore;
  }

  /** To be told of each look. Returns true when it has just become a fight: from now on one look a minute. */
  note(outcome: Outcome, now: number, took: number): boolean {
    this.#repairs = this.#repairs.filter((time) => time > now - window);
    const before = this.#repairs.length;
    if (outcome === 'repaired') this.#repairs.push(now);
    this.#failures = outcome === 'failed' ? this.#failures + 1 : 0;
    const isFight = this.#repairs.length > patience;
    const rest = Math.max(Math.min(longestRest, took * shortLook), took * longLook);
    const again = outcome === 'failed' ? Math.min(window, 1_000 * 2 ** this.#failures) : rest;
    this.#notBefore = now + (isFight ? window : again);
    return isFight && before <= patience;
  }
}
