import { createHmac } from 'node:crypto';
import { secretPrefix } from './endpoint.ts';

/**
 * Headers of a delivery: HMAC-SHA256 of `id.timestamp.body` under the secret's bytes, as base64. `timestamp` is in seconds
 * since the epoch. Source: https://www.standardwebhooks.com, "Signature scheme".
 */
export function signatureHeaders(secret: string, id: string, timestamp: number, body: string) {
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}
