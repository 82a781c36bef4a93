/**
 * Imported first, for its effect: V8 without its slowest compiler. TurboFan takes on what has run 3,000 times, pods of days on a
 * node; its text and what it works in are 7 MiB. Without it an ADD takes the agent some 5 % longer. NODE_OPTIONS does not take this flag.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--no-opt');
