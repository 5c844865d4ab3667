import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A new signing secret: 32 random bytes as Standard Webhooks write them. */
export const newSecret = (): string => prefix + randomBytes(32).toString('base64');

/**
 * Headers of a delivery as Standard Webhooks define them (standardwebhooks.com, "Signature scheme"): HMAC-SHA256 of
 * `id.timestamp.body` under the secret's bytes, as base64. `timestamp` is in seconds since the epoch.
 */
export function signatureHeaders(secret: string, id: string, timestamp: number, body: string) {
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}
