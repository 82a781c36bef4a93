import { quickAdd } from './quick-add.bun.ts';

if (process.env.CNI_COMMAND === 'ADD') quickAdd();
// Loaded only for what the quick way leaves: no pod that it serves pays for the rest.
const [{ run }, { bunSystem }] = await Promise.all([import('./main.ts'), import('./system.bun.ts')]);
run(bunSystem);
