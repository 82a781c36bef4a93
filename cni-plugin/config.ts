import {
  attachAnnotation,
  type CniResult,
  type NetConf,
  podAnnotationsCapability,
  supportedVersions,
} from '../common/cni.ts';
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
  if (isSupported(config.cniVersion)) return config as NetConf as Config;
  throw new CniError(
    CniCode.incompatibleVersion,
    `cniVersion: ${shown(config.cniVersion)} is not supported`,
    `multivrf supports ${supportedVersions.join(', ')}`,
  );
}

/** Parses stdin as a JSON object and looks at nothing in it. Throws a CniError 6. */
export function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notAnObject(text, String(error));
  }
  if (isObject(value)) return value;
  throw notAnObject(text, 'the runtime must write one JSON object to stdin');
}

function notAnObject(text: string, details: string): CniError {
  const begin = JSON.stringify(text.slice(0, 60));
  const message =
    text.trim() === ''
      ? 'the network configuration on stdin is empty'
      : `the network configuration on stdin is not a JSON object, it begins with ${begin}`;
  return new CniError(CniCode.decodeFailure, message, details);
}

/**
 * What the pod's author wrote into the annotation; undefined when there is none, or when the runtime
 * handed over no annotations. An empty text is an annotation: the agent says what is wrong with it.
 * @throws CniError 7 when the annotation is not text.
 */
export function attachment(config: NetConf): string | undefined {
  const value = annotation(config);
  if (value === undefined || typeof value === 'string') return value;
  throw new CniError(
    CniCode.invalidConfig,
    `annotation ${attachAnnotation}: ${JSON.stringify(value)} is not a text`,
    'the value must be the name of a VRF, a list like "customer-a,customer-b", or a JSON list in quotes',
  );
}

/** The annotation whatever it is; undefined when there is none. */
export function annotation(config: NetConf): unknown {
  const annotations = config.runtimeConfig?.[podAnnotationsCapability] as Record<string, unknown> | null | undefined;
  return annotations?.[attachAnnotation];
}

/** The result of the plugins before us. Throws a CniError 7 when there is none; `fix` says what must be done then. */
export function requirePrevResult({ prevResult }: NetConf, fix: string): CniResult {
  if (isObject(prevResult)) return prevResult;
  throw new CniError(CniCode.invalidConfig, `prevResult: ${shown(prevResult)}`, fix);
}

/** Throws a CniError 1 when a verb is newer than the configuration's version of the specification. */
export function requireVersion({ cniVersion }: Config, verb: string, least: CniVersion): void {
  if (isAtLeast(cniVersion, least)) return;
  throw new CniError(
    CniCode.incompatibleVersion,
    `cniVersion: "${cniVersion}" does not have ${verb}`,
    `${verb} came with ${least} of the CNI specification: raise cniVersion in the conflist`,
  );
}

/** Whether what came with `least` may be said to a caller of `version`. */
export function isAtLeast(version: CniVersion, least: CniVersion): boolean {
  return supportedVersions.indexOf(version) >= supportedVersions.indexOf(least);
}

/** True for the versions listed in {@link supportedVersions}. */
export function isSupported(version: unknown): version is CniVersion {
  return supportedVersions.includes(version as CniVersion);
}

/** True for a JSON object, which an array is not. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
