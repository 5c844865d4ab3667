import Stripe from 'stripe';
import type { postStripeEvent } from '../../../shared/contracts/orders/stripe-routes.ts';
import { problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { PaymentProviders, type StripeAccount } from '../../../shared/payments/providers.ts';
import { openStripe } from '../../../shared/payments/stripe-client.ts';
import type { ChangeStore } from '../order/change-store.ts';
import { tellPayment } from '../fulfilment/life-api.ts';
import { paymentEventOf } from './stripe-event.ts';

/** Under which its payments are known, here and in the secret of the payment providers. */
const provider = 'stripe';

const refusal = problem(401, 'invalid-signature', 'Stripe-Signature is missing, wrong, or older than 5 minutes.');

/** Stripe's account as the secret has it now, if it has one. */
export const stripeAccount = (readSecret: () => Promise<string>) => async (): Promise<StripeAccount | undefined> => {
  const settings = PaymentProviders.parse(JSON.parse(await readSecret()))[provider];
  return settings?.kind === 'stripe' ? settings : undefined;
};
type ReadAccount = ReturnType<typeof stripeAccount>;

/** Refuses, before anything is read of it, what Stripe did not sign with the secret of its endpoint. */
export const stripeGuard =
  (readAccount: ReadAccount) =>
  async (headers: Record<string, string | undefined>, body: Buffer): Promise<HttpResponse | undefined> => {
    const signature = headers['stripe-signature'];
    // Whoever does not even sign costs no call for the secret.
    if (signature === undefined) return refusal;
    const secret = (await readAccount())?.webhookSecret;
    if (secret === undefined) return refusal;
    try {
      Stripe.webhooks.constructEvent(body, signature, secret);
      return undefined;
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) return refusal;
      // Signed, and not JSON: the parser behind this refuses it.
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  };

/** Does with Stripe's event what our own webhook does with ours. */
export const takeStripeEvent =
  (store: ChangeStore, readAccount: ReadAccount, timeoutMs: number) =>
  async ({ body: event, cause }: Request<typeof postStripeEvent>): Promise<HttpResponse> => {
    const readCharge = async (id: string) => {
      const account = await readAccount();
      if (!account) throw new Error('Stripe’s account is no longer in the secret');
      return openStripe(account, timeoutMs).charges.retrieve(id);
    };
    const payment = await paymentEventOf(event, readCharge);
    if (!payment) return { status: 200, body: { eventId: event.id, status: 'ignored' } };
    return tellPayment(store, provider, payment, cause);
  };
