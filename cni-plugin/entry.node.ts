import { run } from './main.ts';
import { nodeSystem } from './system.node.ts';

run(nodeSystem);
