import * as z from 'zod';
import { signingSecret } from './webhook-secret.ts';

/** An https URL, or plain HTTP on this machine for tests. */
const Address = z
  .url({ protocol: /^https?$/ })
  .refine((text) => /^(https:|http:\/\/(127\.0\.0\.1|localhost)[:/])/.test(text), 'A provider needs an https URL');

const StripeAccount = z.strictObject({
  kind: z.literal('stripe'),
  apiKey: z.string().min(1),
  apiBase: Address.optional(),
  /** Signing secret of the webhook endpoint in Stripe's dashboard; without it, all events are refused. */
  webhookSecret: signingSecret(1).optional(),
});
export type StripeAccount = z.infer<typeof StripeAccount>;

/** Content of the PaymentProviders secret: settings by provider name, as in the path of its webhook. */
export const PaymentProviders = z.record(
  z.string(),
  z.discriminatedUnion('kind', [
    StripeAccount,
    z.strictObject({ kind: z.literal('http'), url: Address, signingSecret: signingSecret(16) }),
  ]),
);
