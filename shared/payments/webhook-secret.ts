import * as z from 'zod';
import { Instant } from '../names.ts';

/** Provider name of Stripe's payments. It signs in its own way, on its own route. */
export const stripeProvider = 'stripe';

/** Name of a payment provider in the path of its webhooks. */
export const WebhookProvider = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Not the name of a provider')
  .refine((name) => name !== stripeProvider, 'Stripe has its own route and the secret of its account');

/**
 * A secret with which a provider and the store sign: its text, or during a rotation also the previous text, which is
 * valid until `previousUntil`. `minLength` is in characters.
 */
export const signingSecret = (minLength: number) => {
  const text = z.string().min(minLength);
  return z.union([
    text,
    z.strictObject({ current: text }),
    z.strictObject({ current: text, previous: text, previousUntil: Instant }),
  ]);
};
export type SigningSecret = z.infer<ReturnType<typeof signingSecret>>;

const StoredSecret = signingSecret(16);

/** Parses the text of a secret: JSON, or the secret itself. Errors do not contain the text. */
export const parseSigningSecret = (text: string): SigningSecret =>
  StoredSecret.parse(text.trimStart().startsWith('{') ? parsedJson(text) : text);

/** The secrets that are valid at `now` (milliseconds), the current one first. */
export function validSecrets(secret: SigningSecret, now: number): [string, ...string[]] {
  if (typeof secret === 'string') return [secret];
  const isRotating = 'previous' in secret && now < Date.parse(secret.previousUntil);
  return isRotating ? [secret.current, secret.previous] : [secret.current];
}

/** As `JSON.parse`, but undefined for malformed text, because its errors quote the text. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
