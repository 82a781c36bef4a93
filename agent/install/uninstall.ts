/** Takes out what an installation put in place, and nothing else. */
import type { Logger } from 'pino';
import { CniCode, CniError } from '../../common/errors.ts';
import { withoutEntry } from './chain.ts';
import { editConfFile, listConfFiles, readConfFile } from './conf-directory.ts';
import { pluginName } from './entry.ts';
import type { Places } from './install.ts';
import { installedPlugin, removePlugin } from './plugin-file.ts';
import { removeLeftovers } from './replace-file.ts';

/** What an uninstallation takes out. */
export interface UninstallOptions extends Places {
  /** Leaves the binary: CRI-O ends a pod with the chain that it was started with. */
  keepPlugin: boolean;
}

/**
 * Takes our entry out of every conflist (the primary network may have changed its file), then removes the binary.
 * Done already is success. Throws one CniError for all files that still need the binary, which then stays.
 */
export async function uninstall(
  { binDirectory, confDirectory, keepPlugin }: UninstallOptions,
  log: Logger,
): Promise<void> {
  for (const directory of [binDirectory, confDirectory]) await removeLeftovers(directory);
  const needing: string[] = [];
  for (const path of await listConfFiles(confDirectory)) {
    const needs = await takeOut(path, log);
    if (needs !== undefined) needing.push(needs);
  }
  const plugin = installedPlugin(binDirectory);
  if (needing.length > 0) {
    throw new CniError(
      CniCode.invalidConfig,
      needing.join('; '),
      `take the entries of type ${pluginName} out by hand and try again; until then ${plugin} stays`,
    );
  }
  if (keepPlugin) return;
  const removed = await removePlugin(binDirectory);
  log.info({ plugin }, removed ? 'plugin removed' : 'plugin was not there');
}

/** Why the file still needs the plugin, if it does. */
async function takeOut(path: string, log: Logger): Promise<string | undefined> {
  try {
    if (!namesPlugin((await readConfFile(path)).text)) return undefined;
    if (path.endsWith('.conflist') && (await editConfFile(path, (text) => withoutEntry(path, text)))) {
      log.info({ file: path }, 'entry removed');
    }
    if (!namesPlugin((await readConfFile(path)).text)) return undefined;
    return `${path} names the plugin in an entry that no installation made`;
  } catch (error) {
    // A link that leads nowhere holds no entry.
    if (isMissing(error)) return undefined;
    return (error as Error).message;
  }
}

function namesPlugin(text: string): boolean {
  return new RegExp(`"type"\\s*:\\s*"${pluginName}"`).test(text);
}

function isMissing(error: unknown): boolean {
  return (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? '') === 'ENOENT';
}
