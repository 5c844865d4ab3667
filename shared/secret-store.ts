import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';

const cacheMs = 5 * 60_000;
/** With the SDK's three attempts, a secret is read or fails within about 6 s. */
const requestHandler = { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true };

const SecretValue = z.object({ SecretString: z.string() });

/**
 * Returns a function that reads a secret's text and caches it for five minutes: a changed secret is used after at most
 * that time. The SDK retries throttling and connection errors. The function throws if the secret cannot be read.
 */
export function secretReader(secretId: string): () => Promise<string> {
  const client = new SecretsManagerClient({ requestHandler });
  const read = async () =>
    SecretValue.parse(await client.send(new GetSecretValueCommand({ SecretId: secretId }))).SecretString;
  let cached: { text: Promise<string>; expiresAt: number } | undefined;
  return async () => {
    if (!cached || performance.now() > cached.expiresAt) {
      const text = read();
      cached = { text, expiresAt: performance.now() + cacheMs };
      // An error is not cached: the next caller reads again.
      text.catch(() => {
        cached = undefined;
      });
    }
    return cached.text;
  };
}
