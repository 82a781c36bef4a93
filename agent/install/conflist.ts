/** What a conflist must be for us to join its chain. Pure. */
import { supportedVersions } from '../../common/cni.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import { isOurEntry } from './entry.ts';

/** A conflist as far as an installation looks into it. */
export interface Conflist {
  cniVersion?: unknown;
  cniVersions?: unknown;
  plugins: unknown[];
}

/** Throws a CniError that names `file`: 6 when `text` is not JSON, 7 when it holds no list of plugins. */
export function parseConflist(file: string, text: string): Conflist {
  let value: { plugins?: unknown } | null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = text.trim() === '' ? 'it is empty' : (error as Error).message;
    const fix = 'its owner may be in the middle of writing it; multivrf leaves it as it is';
    throw new CniError(CniCode.decodeFailure, `${file} is not JSON: ${why}`, fix, { cause: error });
  }
  const plugins = value?.plugins;
  if (Array.isArray(plugins)) return { ...value, plugins };
  throw new CniError(
    CniCode.invalidConfig,
    `${file}: "plugins" is ${JSON.stringify(plugins) ?? 'absent'}`,
    'a conflist has the list of its plugins there',
  );
}

/**
 * Throws a CniError (7) when no other plugin makes the pod's network, or when the runtime would speak a version of
 * the specification to us that we do not.
 */
export function assertJoinable(file: string, { cniVersion, cniVersions, plugins }: Conflist): void {
  if (plugins.every(isOurEntry)) {
    throw new CniError(
      CniCode.invalidConfig,
      `${file}: "plugins" holds ${plugins.length === 0 ? 'nothing' : 'nothing but multivrf'}`,
      'the cluster’s own plugin comes first; multivrf waits until that is there',
    );
  }
  const supported = (version: unknown) => supportedVersions.some((one) => one === version);
  // Where there is a list libcni takes the highest that it knows itself; before 1.3 it looked at no list.
  const listed = Array.isArray(cniVersions) ? cniVersions : [];
  if (cniVersion === undefined ? listed.some(supported) : supported(cniVersion)) return;
  throw new CniError(
    CniCode.invalidConfig,
    `${file}: cniVersion is ${JSON.stringify(cniVersion) ?? 'absent'}`,
    `multivrf speaks ${supportedVersions.join(', ')}; with its entry in this chain no pod of the node would start`,
  );
}
