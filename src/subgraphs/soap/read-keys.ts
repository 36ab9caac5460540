// The x509 entry of a source as configured in, the same with the PEM texts of its files out. Called when a source starts.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { HubFault } from '../../faults/hub-fault.ts';
import type { WsSecuritySettings } from './config.ts';

/** Rejects with HUB_CONFIG_INVALID where a file cannot be read, is no PEM, or the key does not belong to the certificate. */
export async function readKeys(
  source: string,
  settings: WsSecuritySettings | undefined,
  folder: string,
): Promise<WsSecuritySettings | undefined> {
  if (settings?.x509 === undefined) return settings;
  const { passphrase } = settings.x509;
  const privateKey = await readPem(source, 'privateKey', settings.x509.privateKey, folder);
  const certificate = await readPem(source, 'certificate', settings.x509.certificate, folder);
  let fits: boolean;
  try {
    fits = new X509Certificate(certificate).checkPrivateKey(createPrivateKey({ key: privateKey, passphrase }));
  } catch (error) {
    throw invalid(
      source,
      'privateKey and certificate cannot be used: check that both are PEM and the passphrase is right',
      error,
    );
  }
  if (!fits) throw invalid(source, 'the private key does not belong to the certificate');
  return { ...settings, x509: { ...settings.x509, privateKey, certificate } };
}

async function readPem(source: string, what: string, value: string, folder: string): Promise<string> {
  if (value.includes('-----BEGIN')) return value;
  try {
    return await readFile(resolve(folder, value), 'utf8');
  } catch (error) {
    throw invalid(source, `the file of ${what} cannot be read`, error);
  }
}

function invalid(source: string, message: string, cause?: unknown): HubFault {
  return new HubFault('HUB_CONFIG_INVALID', `sources.${source}.wsSecurity.x509: ${message}`, { cause });
}
