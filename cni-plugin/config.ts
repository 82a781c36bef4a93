import { attachAnnotation, type NetConf, podAnnotationsCapability, supportedVersions } from '../common/cni.ts';
import { CniCode, CniError } from '../common/errors.ts';

/** A version of the CNI specification that we speak. */
export type CniVersion = (typeof supportedVersions)[number];

/** Our entry of the conflist, of a specification version that we speak. */
export type Config = NetConf & { cniVersion: CniVersion };

/**
 * Parses what the runtime wrote to our stdin.
 * @throws CniError 6 when it is not a JSON object, 1 when its `cniVersion` is none of ours.
 */
export function parseConfig(text: string): Config {
  const config = parseObject(text);
  const { cniVersion } = config;
  if (!isSupported(cniVersion)) {
    throw new CniError(
      CniCode.incompatibleVersion,
      `cniVersion: ${cniVersion === undefined ? 'absent' : JSON.stringify(cniVersion)} is not supported`,
      `multivrf supports ${supportedVersions.join(', ')}`,
    );
  }
  return { ...config, cniVersion };
}

/** Parses stdin as a JSON object and looks at nothing in it. */
export function parseObject(text: string): Record<string, unknown> {
  const refuse = (what: string, details: string) => new CniError(CniCode.decodeFailure, what, details);
  if (text.trim() === '') {
    throw refuse('the network configuration on stdin is empty', 'the runtime must write one JSON object to stdin');
  }
  const read = `the network configuration on stdin is not a JSON object, it begins with ${JSON.stringify(text.slice(0, 60))}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(read, String(error));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse(read, 'the runtime must write one JSON object to stdin');
  }
  return value as Record<string, unknown>;
}

/**
 * What the pod's author wrote into the annotation; undefined when there is none, or when the runtime
 * handed over no annotations. An empty text is an annotation: the agent says what is wrong with it.
 * @throws CniError 7 when the annotation is not text.
 */
export function attachment(config: NetConf): string | undefined {
  const annotations = config.runtimeConfig?.[podAnnotationsCapability] as Record<string, unknown> | null | undefined;
  const value = annotations?.[attachAnnotation];
  if (value === undefined || typeof value === 'string') return value;
  throw new CniError(
    CniCode.invalidConfig,
    `annotation ${attachAnnotation}: ${JSON.stringify(value)} is not a text`,
    'the value must be the name of a VRF, a list like "customer-a,customer-b", or a JSON list in quotes',
  );
}

/** True for the versions listed in {@link supportedVersions}. */
export function isSupported(version: unknown): version is CniVersion {
  return supportedVersions.some((supported) => supported === version);
}
