import { expect, test } from '@jest/globals';
import { attachment, parseConfig } from './config.ts';

const annotated = (annotations: unknown) =>
  parseConfig(
    JSON.stringify({ cniVersion: '1.0.0', runtimeConfig: { 'io.kubernetes.cri.pod-annotations': annotations } }),
  );

test.each(['[]', 'null', '"text"', '7', '{"cniVersion":'])('%s is no network configuration, and is shown', (text) => {
  expect(() => parseConfig(text)).toThrow(
    expect.objectContaining({ code: 6, message: expect.stringContaining(JSON.stringify(text)) }),
  );
});

test('an empty stdin is named as such', () => {
  expect(() => parseConfig('')).toThrow(
    expect.objectContaining({ code: 6, message: 'the network configuration on stdin is empty' }),
  );
});

test.each([
  ['0.2.0', '"0.2.0"'],
  [undefined, 'absent'],
  [1, '1'],
])('cniVersion %j is refused with the list of those supported', (cniVersion, shown) => {
  expect(() => parseConfig(JSON.stringify({ cniVersion }))).toThrow(
    expect.objectContaining({
      code: 1,
      message: `cniVersion: ${shown} is not supported`,
      details: 'multivrf supports 0.3.1, 0.4.0, 1.0.0, 1.1.0',
    }),
  );
});

test('the annotation is found among all annotations of the pod', () => {
  expect(attachment(annotated({ other: 'x', 'multivrf.dev/attach': 'customer-a' }))).toBe('customer-a');
});

test('an empty annotation is one: the agent says what is wrong with it', () => {
  expect(attachment(annotated({ 'multivrf.dev/attach': '' }))).toBe('');
});

test.each([undefined, null, {}, { other: 'x' }])('annotations %j make an ordinary pod', (annotations) => {
  expect(attachment(annotated(annotations))).toBeUndefined();
});

test('a configuration without runtimeConfig makes an ordinary pod', () => {
  expect(attachment(parseConfig('{"cniVersion":"1.0.0"}'))).toBeUndefined();
});

test('an annotation that is not text is refused', () => {
  expect(() => attachment(annotated({ 'multivrf.dev/attach': { vrf: 'a' } }))).toThrow(
    'annotation multivrf.dev/attach: {"vrf":"a"} is not a text',
  );
});
