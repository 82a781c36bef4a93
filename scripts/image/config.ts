/** What the image says of itself. The Containerfile says the same; config.test.ts holds it to that. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Top of the repository. */
export const repository = resolve(import.meta.dirname, '../..');

const { version, description, license } = JSON.parse(readFileSync(resolve(repository, 'package.json'), 'utf8'));

/** Reference of the image, as the manifests name it. */
export const imageName = `ghcr.io/multivrf/multivrf:${version}`;

/** Where agent, plugin and multivrfctl lie in it. */
export const programs = '/opt/multivrf';

/** The `config` of an OCI image: image-spec, config.md. */
export const imageConfig = {
  // The agent's socket is root's. What else root could do the DaemonSet takes away.
  User: '0:0',
  Env: ['PATH=/usr/local/bin'],
  Entrypoint: ['node', `${programs}/multivrf-agent.mjs`],
  WorkingDir: '/',
  Labels: {
    'org.opencontainers.image.title': 'multivrf',
    'org.opencontainers.image.description': description,
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.licenses': license,
  },
};
