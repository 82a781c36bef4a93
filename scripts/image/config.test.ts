/** Whoever builds the image, and however: it is the one that the manifests name. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { imageConfig, imageName, repository } from './config.ts';

const read = (name: string) => readFileSync(resolve(repository, name), 'utf8');

/** The instructions of the Containerfile's stages, each with its arguments on one line. */
const stages = read('Containerfile')
  .replace(/^#.*\n/gm, '')
  .replaceAll(/ *\\\n */g, ' ')
  .split(/^(?=FROM )/m)
  .map((stage) => stage.split('\n').filter((line) => line !== ''));
const [build = [], final = []] = stages.filter(([first]) => first?.startsWith('FROM '));

/** What the final stage has for an instruction. */
const said = (instruction: string) =>
  final.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1));

test('the Containerfile takes the files that `make image` takes, and none besides', () => {
  expect(build.at(-1)).toBe('RUN node scripts/image/main.ts content /image');
  expect(said('FROM')).toEqual(['scratch']);
  expect(said('COPY')).toEqual(['--from=build /image/ /']);
  expect(final.some((line) => /^(RUN|ADD|VOLUME|EXPOSE|CMD) /.test(line))).toBe(false);
});

test('the Containerfile compiles what the image holds as the Makefile does', () => {
  const commands = [
    ...read('Makefile').matchAll(/^\t(node scripts\/build-(?:plugin\.ts quickjs|agent\.ts|cli\.ts) build)$/gm),
  ];
  const run = build.filter((line) => line.startsWith('RUN ')).join(' ');
  expect(new Set(run.match(/node scripts\/build-.*? build\b/g))).toEqual(
    new Set(commands.map(([, command]) => command)),
  );
});

test('the Containerfile says of the image what `make image` says', () => {
  expect({
    User: said('USER')[0],
    Env: said('ENV'),
    Entrypoint: JSON.parse(said('ENTRYPOINT')[0]!),
    WorkingDir: said('WORKDIR')[0],
    Labels: Object.fromEntries(
      [...said('LABEL')[0]!.matchAll(/(\S+?)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    ),
  }).toEqual(imageConfig);
});

test('it is the image of the DaemonSet', () => {
  const { spec } = parse(read('manifests/base/daemonset.yaml')).spec.template;
  for (const { image } of [...spec.initContainers, ...spec.containers]) expect(image).toBe(imageName);
});
