/** A node's directories, as an installation meets them. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { attachAnnotation } from '../../common/cni.ts';
import { defaultAgentSocket } from '../../common/protocol.ts';
import type { InstallOptions } from './install.ts';

/** A primary network whose conflist has room for one more plugin. */
export const primary = `{
  "cniVersion": "1.0.0",
  "name": "cluster",
  "plugins": [
    {
      "type": "ptp"
    }
  ]
}
`;

export class TestNode {
  readonly root = mkdtempSync(join(tmpdir(), 'multivrf-install-'));
  readonly options: InstallOptions;
  /** `msg` of everything logged. */
  readonly logged: string[] = [];
  readonly log: Logger = pino(
    { level: 'debug' },
    { write: (line: string) => void this.logged.push((JSON.parse(line) as { msg: string }).msg) },
  );

  constructor() {
    const at = (name: string) => join(this.root, name);
    for (const directory of ['bin', 'net.d']) mkdirSync(at(directory));
    // Any file that says what it looks for counts as the plugin.
    writeFileSync(at('multivrf'), `#!/bin/sh\n# ${attachAnnotation}\necho '{"supportedVersions":["1.1.0"]}'\n`);
    this.options = {
      plugin: at('multivrf'),
      binDirectory: at('bin'),
      confDirectory: at('net.d'),
      entry: { agentSocket: defaultAgentSocket },
    };
  }

  conf(name: string): string {
    return join(this.options.confDirectory, name);
  }

  write(name: string, text: string): void {
    writeFileSync(this.conf(name), text);
  }

  read(name: string): string {
    return readFileSync(this.conf(name), 'utf8');
  }

  /** The types in the chain of the conflist. */
  chain(name: string): string[] {
    const { plugins } = JSON.parse(this.read(name)) as { plugins: { type: string }[] };
    return plugins.map(({ type }) => type);
  }

  inode(name: string): number {
    return statSync(this.conf(name)).ino;
  }

  /** Names of all files in both directories. */
  files(): { bin: string[]; conf: string[] } {
    return { bin: readdirSync(this.options.binDirectory), conf: readdirSync(this.options.confDirectory) };
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
