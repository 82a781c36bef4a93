import { expect, test } from '@jest/globals';
import { versionResult } from './version.ts';

const supportedVersions = ['0.3.1', '0.4.0', '1.0.0', '1.1.0'];

test("VERSION answers in the caller's version", () => {
  expect(versionResult('{"cniVersion":"0.4.0"}')).toEqual({ cniVersion: '0.4.0', supportedVersions });
});

test.each(['', ' \n', '{}'])('VERSION needs no configuration: %j', (stdin) => {
  expect(versionResult(stdin)).toEqual({ cniVersion: '1.1.0', supportedVersions });
});
