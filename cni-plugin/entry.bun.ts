import { run } from './main.ts';
import { bunSystem } from './system.bun.ts';

run(bunSystem);
