/** Keeps an installation in place against the primary plugin, which may rewrite its conflist at any time. */
import { access } from 'node:fs/promises';
import type { Logger } from 'pino';
import { explain } from '../../common/errors.ts';
import { ensureEntry, type InstallOptions } from './install.ts';
import { nextChange, pause, type WatchTimes } from './next-change.ts';
import { installedPlugin, placePlugin } from './plugin-file.ts';
import { RewriteBudget } from './rewrite-budget.ts';

const minute = 60_000;
const rewritesPerMinute = 5;

/**
 * Puts back our entry, and the binary when it is gone, whenever that is needed, until `signal` is aborted. Never
 * fails: what is in the way is logged, once, and tried again when the directory changes.
 */
export async function keepInstalled(
  options: InstallOptions,
  log: Logger,
  signal: AbortSignal,
  times: WatchTimes = { settle: 100, poll: 5000 },
): Promise<void> {
  const budget = new RewriteBudget(rewritesPerMinute, minute);
  let trouble = '';
  while (!signal.aborted) {
    // The watch begins before the look, so that no change falls between the two.
    const change = nextChange(options.confDirectory, times, signal);
    try {
      await putBackPlugin(options, log);
      const { file, changed } = await ensureEntry(options);
      if (changed) {
        budget.spend(Date.now());
        log.info({ file }, 'entry written');
      } else if (trouble !== '') {
        log.info({ file }, 'entry is there and right');
      }
      trouble = '';
      const wait = budget.wait(Date.now());
      if (changed && wait > 0) {
        log.error(
          { file, rewritesPerMinute },
          `another program keeps taking the entry out of ${file}: make it leave the file alone (Cilium: cni.exclusive=false); next attempt in ${Math.ceil(wait / 1000)} s`,
        );
        await pause(wait, signal);
      }
    } catch (error) {
      const text = explain(error);
      // Our own attempt may be the change that was noticed.
      if (text === trouble) await pause(times.poll, signal);
      else log.warn(text);
      trouble = text;
    }
    await change;
  }
}

async function putBackPlugin({ plugin, binDirectory }: InstallOptions, log: Logger): Promise<void> {
  const path = installedPlugin(binDirectory);
  if (
    await access(path).then(
      () => true,
      () => false,
    )
  )
    return;
  await placePlugin(plugin, binDirectory);
  log.info({ plugin: path }, 'plugin installed');
}
