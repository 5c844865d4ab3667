import { createHmac } from 'node:crypto';
import { secretPrefix } from './endpoint.ts';

/**
 * Headers of a delivery: HMAC-SHA256 of `id.timestamp.body` under the secret's bytes, as base64; one signature for
 * each valid secret, separated by spaces. `timestamp` is in seconds
 * since the epoch. Source: https://www.standardwebhooks.com, "Signature scheme".
 */
export function signatureHeaders(secrets: readonly string[], id: string, timestamp: number, body: string) {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}
