import Stripe from 'stripe';
import type { postStripeEvent } from '../../../shared/contracts/orders/stripe-routes.ts';
import { problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { PaymentProviders, type StripeAccount } from '../../../shared/payments/providers.ts';
import { timeProblem } from '../../../shared/names.ts';
import { openStripe } from '../../../shared/payments/stripe-client.ts';
import { stripeProvider, validSecrets } from '../../../shared/payments/webhook-secret.ts';
import type { OrderStore } from '../order/order-store.ts';
import { recordNotification } from './payments-api.ts';
import { paymentEventOf } from './stripe-event.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

const invalidSignature = problem(
  401,
  'invalid-signature',
  'Stripe-Signature is missing, wrong, or older than 5 minutes.',
);

/** Stripe's account in the secret under the name of the provider, if there is one. */
export const stripeAccount = (readSecret: () => Promise<string>) => async (): Promise<StripeAccount | undefined> => {
  const settings = ownValue(PaymentProviders.parse(JSON.parse(await readSecret())), stripeProvider);
  return settings?.kind === 'stripe' ? settings : undefined;
};
type ReadAccount = ReturnType<typeof stripeAccount>;

/** Verifies Stripe's signature before the body is parsed. */
export const verifyStripeSignature =
  (readAccount: ReadAccount) =>
  async (headers: Record<string, string | undefined>, body: Buffer, now: number): Promise<HttpResponse | undefined> => {
    const signature = headers['stripe-signature'];
    // Without a signature the secret need not be read.
    if (signature === undefined) return invalidSignature;
    const secret = (await readAccount())?.webhookSecret;
    if (secret === undefined) return invalidSignature;
    return validSecrets(secret, now).some((valid) => isSignedByStripe(body, signature, valid))
      ? undefined
      : invalidSignature;
  };

function isSignedByStripe(body: Buffer, signature: string, secret: string): boolean {
  try {
    Stripe.webhooks.constructEvent(body, signature, secret);
    return true;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    // Signed but not JSON: the body parser refuses it.
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}

/** Serves Stripe's webhook: converts its event and records it as a payment event. */
export const receiveStripeEvent =
  (store: OrderStore, readAccount: ReadAccount, timeoutMs: number) =>
  async ({ body: event, cause }: Request<typeof postStripeEvent>): Promise<HttpResponse> => {
    const readCharge = async (id: string) => {
      const account = await readAccount();
      if (!account) throw new Error('The PaymentProviders secret has no Stripe account');
      return openStripe(account, timeoutMs).charges.retrieve(id);
    };
    const detail = timeProblem(event.created * 1000, cause.now);
    if (detail !== undefined)
      return problem(422, 'invalid-content', detail, { errors: [{ pointer: '/created', detail }] });
    const payment = await paymentEventOf(event, readCharge);
    if (!payment) return { status: 200, body: { eventId: event.id, status: 'ignored' } };
    return recordNotification(store, stripeProvider, payment, cause);
  };
