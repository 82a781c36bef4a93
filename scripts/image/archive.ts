/**
 * An OCI image layout (image-spec, image-layout.md) in a tar archive, made of directories: what `ctr images import`, `podman load` and
 * `skopeo copy oci-archive:` read. The same directories give the same bytes.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

/** An image of one platform, this machine's. */
export interface Image {
  /** With its tag: `example.org/name:1.0.0`. */
  name: string;
  /** Directories whose content the layers are, the lowest first. */
  layers: readonly string[];
  /** image-spec, config.md: the property `config`. */
  config: object;
}

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

const media = 'application/vnd.oci.image';

/** Seconds since 1970; reproducible-builds.org/specs/source-date-epoch. By default no time of this build is in its product. */
const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? 0);

/** Writes `image` to the file `path`; returns the digest of its manifest. */
export async function writeArchive(path: string, { name, layers, config }: Image): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const scratch = await mkdtemp(`${path}-`);
  try {
    const layout = join(scratch, 'layout');
    const blobs = join(layout, 'blobs/sha256');
    await mkdir(blobs, { recursive: true });
    const made = await Promise.all(layers.map((directory, i) => addLayer(blobs, directory, join(scratch, `${i}.tar`))));
    const about = {
      created: new Date(epoch * 1000).toISOString().replace('.000', ''),
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: made.map(({ content }) => content) },
    };
    const manifest = await addJson(blobs, `${media}.manifest.v1+json`, {
      schemaVersion: 2,
      mediaType: `${media}.manifest.v1+json`,
      config: await addJson(blobs, `${media}.config.v1+json`, about),
      layers: made.map(({ layer }) => layer),
    });
    // The first is containerd's, with which it knows the image by its whole name.
    const annotations = {
      'io.containerd.image.name': name,
      'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
    };
    const index = {
      schemaVersion: 2,
      mediaType: `${media}.index.v1+json`,
      manifests: [{ ...manifest, annotations }],
    };
    await writeFile(join(layout, 'index.json'), JSON.stringify(index));
    await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    await tar(layout, join(scratch, 'archive.tar'));
    await rename(join(scratch, 'archive.tar'), path);
    return manifest.digest;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Packs what is in `directory`, whoever made it and when. */
async function tar(directory: string, path: string): Promise<void> {
  const same = ['--sort=name', `--mtime=@${epoch}`, '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX'];
  await execa('tar', ['--create', '--format=gnu', ...same, '--file', path, '--directory', directory, '.']);
}

/** `content`: the digest of the layer before it is compressed. */
async function addLayer(
  blobs: string,
  directory: string,
  path: string,
): Promise<{ layer: Descriptor; content: string }> {
  await tar(directory, path);
  const content = await digestOf(path);
  await execa('gzip', ['--no-name', path]);
  return { layer: await addBlob(blobs, `${path}.gz`, `${media}.layer.v1.tar+gzip`), content };
}

async function addJson(blobs: string, mediaType: string, value: object): Promise<Descriptor> {
  const path = join(blobs, 'new');
  await writeFile(path, JSON.stringify(value));
  return addBlob(blobs, path, mediaType);
}

async function addBlob(blobs: string, path: string, mediaType: string): Promise<Descriptor> {
  const digest = await digestOf(path);
  const { size } = await stat(path);
  await rename(path, join(blobs, digest.replace('sha256:', '')));
  return { mediaType, digest, size };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(part);
  return `sha256:${hash.digest('hex')}`;
}
