import { run } from './main.ts';
import { nodeSystem } from './system.node.ts';

void run(nodeSystem);
