/** Puts the plugin and its entry in place. */
import type { Logger } from 'pino';
import { CniCode, CniError } from '../../common/errors.ts';
import { withEntry } from './chain.ts';
import { editConfFile, listConfFiles } from './conf-directory.ts';
import type { EntrySettings } from './entry.ts';
import { installedPlugin, placePlugin } from './plugin-file.ts';
import { removeLeftovers } from './replace-file.ts';

/** The directories that the runtime takes plugins and networks from. */
export interface Places {
  binDirectory: string;
  confDirectory: string;
}

/** What to install, and where. */
export interface InstallOptions extends Places {
  /** The binary to install. */
  plugin: string;
  entry: EntrySettings;
}

/**
 * Puts the plugin in place, then our entry into the primary network's conflist: with an entry whose binary is missing
 * no pod of the node would start. Throws a CniError when there is no chain to join; the plugin is in place even so.
 */
export async function install(options: InstallOptions, log: Logger): Promise<void> {
  await placePlugin(options.plugin, options.binDirectory);
  log.info({ plugin: installedPlugin(options.binDirectory) }, 'plugin installed');
  await removeLeftovers(options.confDirectory);
  const { file, changed } = await ensureEntry(options);
  log.info({ file }, changed ? 'entry written' : 'entry is there and right');
}

/**
 * Sees to our entry in the primary network's conflist; a file in which it is right is not written. Throws a CniError
 * when there is no network, or its file is nothing that we can join.
 */
export async function ensureEntry({
  confDirectory,
  entry,
}: Pick<InstallOptions, 'confDirectory' | 'entry'>): Promise<{ file: string; changed: boolean }> {
  const [file] = await listConfFiles(confDirectory);
  if (file === undefined) {
    const fix =
      'multivrf awaits the conflist of the cluster’s own network to join its chain; it makes no network itself';
    throw new CniError(CniCode.ioFailure, `no network configuration in ${confDirectory}`, fix);
  }
  if (!file.endsWith('.conflist')) {
    const fix = 'only a .conflist has a chain: make its installer write one, or rewrite it as one by hand';
    throw new CniError(CniCode.invalidConfig, `${file}, the primary network, is the file of a single plugin`, fix);
  }
  return { file, changed: await editConfFile(file, (text) => withEntry(file, text, entry)) };
}
