/** A certificate of its own for a server on this machine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** Key and certificate in PEM, and the certificate's file; both files are made in `directory`. */
export async function makeCertificate(directory: string): Promise<{ key: string; cert: string; file: string }> {
  const [key, file] = ['key.pem', 'cert.pem'].map((name) => join(directory, name)) as [string, string];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=test'];
  const name = ['-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-keyout', key, '-out', file];
  await execa('openssl', ['req', '-x509', ...curve, ...name]);
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(file, 'utf8'), file };
}
