/** Where every command of the agent reports to: JSON lines on stdout. */
import { type Logger, pino } from 'pino';

export const logOptions = {
  'log-level': { choices: ['debug', 'info', 'warn', 'error'], default: 'info' },
} as const;

/** The log, and a function that writes out what it still holds. */
export function openLog(level: string): { log: Logger; flush: () => void } {
  // Asynchronous and bounded: a reader of the log that stalls must not hold up pods. What does not fit is dropped.
  const output = pino.destination({ sync: false, maxLength: 1024 * 1024 });
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, output);
  return { log, flush: () => output.flushSync() };
}
