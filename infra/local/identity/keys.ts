import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import * as z from 'zod';
import { StartError } from '../start-error.ts';

const Keys = z.object({
  signingKey: z.looseObject({ kid: z.string(), alg: z.literal('RS256'), kty: z.literal('RSA'), d: z.string() }),
  clientSecrets: z.record(z.string(), z.string()),
  /** By user name. */
  people: z.record(z.string(), z.object({ subject: z.string(), password: z.string() })).default({}),
});

/** The private signing key as a JWK, each client's secret, and each person's subject and password. */
export type IdentityKeys = z.infer<typeof Keys>;

/**
 * Reads or creates the signing key, the clients' secrets and the people's passwords, so that tokens and credentials stay valid after a restart.
 * They are in `identity.json` of the state directory, which only its owner can read.
 */
export async function openKeys(directory: string, clientIds: string[], userNames: string[]): Promise<IdentityKeys> {
  const path = join(directory, 'identity.json');
  const known = readKeys(path);
  const keys = known ?? { signingKey: await newSigningKey(), clientSecrets: {}, people: {} };
  const missing = clientIds.filter((id) => !(id in keys.clientSecrets));
  for (const id of missing) keys.clientSecrets[id] = randomBytes(32).toString('base64url');
  const newcomers = userNames.filter((name) => !(name in keys.people));
  for (const name of newcomers) {
    keys.people[name] = { subject: randomUUID(), password: randomBytes(12).toString('base64url') };
  }
  if (known && missing.length === 0 && newcomers.length === 0) {
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
