// A certificate of our own for one test run, made by openssl in a folder that goes away again.
import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** {key, cert, spki}: PEM texts, and the SHA-256 of the public key in base64, by which Chromium can be told to accept it. */
export async function makeCertificate(host) {
  const folder = await mkdtemp(join(tmpdir(), 'policylab-certificate-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    await promisify(execFile)('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host},DNS:localhost,IP:127.0.0.1`,
      '-keyout', key, '-out', cert,
    ]);
    const certificate = await readFile(cert, 'utf8');
    const publicKey = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
    return {
      key: await readFile(key, 'utf8'),
      cert: certificate,
      spki: createHash('sha256').update(publicKey).digest('base64'),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
