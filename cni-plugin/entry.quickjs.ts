import './globals.quickjs.ts';
import { run } from './main.ts';
import { linuxSystem } from './system.quickjs.ts';

void run(linuxSystem);
