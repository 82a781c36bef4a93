import { supportedVersions } from '../common/cni.ts';
import { type CniVersion, parseObject } from './config.ts';

/** The version we speak when the caller names none. */
export const latestVersion: CniVersion = '1.1.0';

/** Answer to VERSION: the caller's own version, if it wrote one to stdin, and all that we speak. */
export function versionResult(stdin: string): { cniVersion: string; supportedVersions: readonly string[] } {
  const asked = stdin.trim() === '' ? undefined : parseObject(stdin).cniVersion;
  return { cniVersion: typeof asked === 'string' ? asked : latestVersion, supportedVersions };
}
