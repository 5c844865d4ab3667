import Stripe from 'stripe';
import type { StripeAccount } from '../../../shared/payments/providers.ts';
import { openStripe } from '../../../shared/payments/stripe-client.ts';
import type { PayoutRequest, ProviderResponse, SendPayout } from './provider.ts';

/** Refunds of one payment that are searched for an earlier payout. */
const maxRefundsSearched = 1000;

/**
 * Sends payouts to Stripe. The client does not retry: the queue repeats the request with the same idempotency key.
 * Stripe may forget a key after 24 hours (docs.stripe.com/api/idempotent_requests), so a repeated request first searches
 * the payment's refunds for the reference.
 */
export function createStripeProvider(
  account: Pick<StripeAccount, 'apiKey' | 'apiBase'>,
  timeoutMs: number,
): SendPayout {
  const stripe = openStripe(account, timeoutMs);

  const findRefund = async ({ reference, paymentId }: PayoutRequest): Promise<Stripe.Refund | undefined> => {
    const refunds = stripe.refunds.list({ ...paymentParams(paymentId), limit: 100 });
    const all = await refunds.autoPagingToArray({ limit: maxRefundsSearched });
    return all.find(({ metadata }) => metadata?.reference === reference);
  };

  return async (request) => {
    const { reference, refundId, paymentId, amountMinor } = request;
    const earlier = request.isRepeated ? await findRefund(request) : undefined;
    if (earlier) return responseOf(earlier);
    try {
      const params = { ...paymentParams(paymentId), amount: amountMinor, metadata: { refundId, reference } };
      return responseOf(await stripe.refunds.create(params, { idempotencyKey: reference }));
    } catch (error) {
      if (!isDeclined(error)) throw error;
      // The payment may have been refunded by this payout, under a key that Stripe has forgotten.
      const own = error.code === 'charge_already_refunded' ? await findRefund(request) : undefined;
      return own ? responseOf(own) : { kind: 'failed', failure: error.code ?? error.type };
    }
  };
}

/** The id of a PaymentIntent, or of a Charge as in older integrations. */
const paymentParams = (paymentId: string) =>
  paymentId.startsWith('pi_') ? { payment_intent: paymentId } : { charge: paymentId };

/** States of a refund: docs.stripe.com/api/refunds/object */
function responseOf({ id: providerRefundId, status, failure_reason: reason }: Stripe.Refund): ProviderResponse {
  switch (status) {
    case 'succeeded':
      return { kind: 'succeeded', providerRefundId };
    case 'pending':
    case 'requires_action':
      return { kind: 'pending' };
    case 'failed':
    case 'canceled':
      return { kind: 'failed', failure: reason ?? status, providerRefundId };
    default:
      throw new Error(`Refund ${providerRefundId} has the unknown Stripe status ${status}`);
  }
}

type Declined = InstanceType<typeof Stripe.errors.StripeCardError | typeof Stripe.errors.StripeInvalidRequestError>;

/**
 * Whether Stripe declined the payout. After any other error (connection, 409, 429, 5xx, invalid key, reused idempotency
 * key) the result is unknown. Source: docs.stripe.com/api/errors
 */
const isDeclined = (error: unknown): error is Declined =>
  error instanceof Stripe.errors.StripeCardError || error instanceof Stripe.errors.StripeInvalidRequestError;
