import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import * as z from 'zod';
import { StartError } from '../start-error.ts';

const Keys = z.object({
  signingKey: z.looseObject({ kid: z.string(), alg: z.literal('RS256'), kty: z.literal('RSA'), d: z.string() }),
  clientSecrets: z.record(z.string(), z.string()),
});

/** The private signing key as a JWK, and each client's secret. */
export type IdentityKeys = z.infer<typeof Keys>;

/**
 * Reads or creates the signing key and the clients' secrets, so that tokens and credentials stay valid after a restart.
 * They are in `identity.json` of the state directory, which only its owner can read.
 */
export async function openKeys(directory: string, clientIds: string[]): Promise<IdentityKeys> {
  const path = join(directory, 'identity.json');
  const known = readKeys(path);
  const keys = known ?? { signingKey: await newSigningKey(), clientSecrets: {} };
  const missing = clientIds.filter((id) => !(id in keys.clientSecrets));
  for (const id of missing) keys.clientSecrets[id] = randomBytes(32).toString('base64url');
  if (known && missing.length === 0) {
    chmodSync(path, 0o600);
    return keys;
  }
  // Replaced atomically: a partly written file would make all secrets unusable.
  writeFileSync(`${path}.new`, JSON.stringify(keys), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return keys;
}

function readKeys(path: string): IdentityKeys | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return Keys.parse(JSON.parse(text));
  } catch {
    throw new StartError(`${path} is damaged; remove it to get new keys and secrets.`);
  }
}

async function newSigningKey(): Promise<IdentityKeys['signingKey']> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = randomBytes(16).toString('base64url');
  return Keys.shape.signingKey.parse({ ...(await exportJWK(privateKey)), kid, alg: 'RS256' });
}
