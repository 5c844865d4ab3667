import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import * as z from 'zod';
import type { DeliveryAttempt } from '../../../shared/contracts/webhooks/delivery-routes.ts';
import type { WebhookEndpointVerification } from '../../../shared/contracts/webhooks/verification.ts';
import type { Endpoint } from './endpoint.ts';
import { validSecrets } from './secrets.ts';
import { signatureHeaders } from './signature.ts';
import type { WebhookClient } from './webhook-client.ts';

const Answer = z.object({ challenge: z.string() });

/**
 * Returns a function that asks an endpoint to prove that its owner wants the events: a signed request with a random
 * challenge, which the response must echo. The attempt has an error if it does not.
 */
export const createChallengeClient =
  (post: WebhookClient, now: () => number) =>
  async (endpoint: Endpoint): Promise<DeliveryAttempt> => {
    const startedAt = now();
    const at = new Date(startedAt).toISOString();
    const challenge = randomBytes(24).toString('base64url');
    const { channel, endpointId, url } = endpoint;
    const data = { channel, endpointId, challenge };
    const request: WebhookEndpointVerification = { type: 'WebhookEndpointVerification', timestamp: at, data };
    const body = JSON.stringify(request);
    const secrets = validSecrets(endpoint, startedAt);
    const headers = signatureHeaders(secrets, ulid(startedAt), Math.floor(startedAt / 1000), body);
    const { body: answer = '', ...result } = await post(url, headers, body);
    const milliseconds = now() - startedAt;
    const { status = 0, error } = result;
    const isMissing = error === undefined && status >= 200 && status < 300 && !isEcho(answer, challenge);
    return { at, milliseconds, ...result, ...(isMissing && { error: 'challenge-not-echoed' }) };
  };
export type ChallengeClient = ReturnType<typeof createChallengeClient>;

/** The challenge as JSON member `challenge`, or as the whole text. A server that echoes every request sends more. */
function isEcho(answer: string, challenge: string): boolean {
  if (answer.trim() === challenge) return true;
  try {
    return Answer.safeParse(JSON.parse(answer)).data?.challenge === challenge;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
