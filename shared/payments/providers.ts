import * as z from 'zod';

/** Over TLS, or on this machine, where nobody listens in. */
const Address = z
  .url({ protocol: /^https?$/ })
  .refine((text) => /^(https:|http:\/\/(127\.0\.0\.1|localhost)[:/])/.test(text), 'A provider is called over https');

const StripeAccount = z.strictObject({
  kind: z.literal('stripe'),
  apiKey: z.string().min(1),
  apiBase: Address.optional(),
  /** Of the endpoint in Stripe's dashboard that sends its events here; without it, all of them are refused. */
  webhookSecret: z.string().min(1).optional(),
});
export type StripeAccount = z.infer<typeof StripeAccount>;

/** The secret that says how each provider is paid through, by the name it has in the path of its webhooks. */
export const PaymentProviders = z.record(
  z.string(),
  z.discriminatedUnion('kind', [
    StripeAccount,
    z.strictObject({ kind: z.literal('http'), url: Address, signingSecret: z.string().min(16) }),
  ]),
);
