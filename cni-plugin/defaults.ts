/** Times that hold when the configuration says nothing. */

/** Milliseconds for a whole call. */
export const defaultTimeout = 20_000;

/** By how many milliseconds the agent's time ends before ours, at most: what it says of a slow step is to be read. */
export const agentReserve = 2_000;
