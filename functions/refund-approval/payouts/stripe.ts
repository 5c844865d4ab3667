import Stripe from 'stripe';
import type { StripeAccount } from '../../../shared/payments/providers.ts';
import { openStripe } from '../../../shared/payments/stripe-client.ts';
import type { ProviderAnswer, Repay, Repayment } from './provider.ts';

/** Refunds of one payment are few; this many are looked through for ours. */
const mostRefunds = 1000;

/**
 * Refunds by Stripe. Nothing is retried in here: the queue brings the payout again, with the same idempotency key.
 * Stripe may forget a key after 24 hours and would then pay again (docs.stripe.com/api/idempotent_requests), so that a
 * late repayment is first looked for among the payment's refunds, by the reference in its metadata.
 */
export function createStripe(account: Pick<StripeAccount, 'apiKey' | 'apiBase'>, timeoutMs: number): Repay {
  const stripe = openStripe(account, timeoutMs);

  const find = async ({ reference, paymentId }: Repayment): Promise<Stripe.Refund | undefined> => {
    const refunds = stripe.refunds.list({ ...paymentOf(paymentId), limit: 100 });
    const all = await refunds.autoPagingToArray({ limit: mostRefunds });
    return all.find(({ metadata }) => metadata?.reference === reference);
  };

  return async (repayment) => {
    const { reference, refundId, paymentId, amountMinor } = repayment;
    const earlier = repayment.isLate ? await find(repayment) : undefined;
    if (earlier) return answerOf(earlier);
    try {
      const params = { ...paymentOf(paymentId), amount: amountMinor, metadata: { refundId, reference } };
      return answerOf(await stripe.refunds.create(params, { idempotencyKey: reference }));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const done = isAlreadyRefunded(error) ? await find(repayment) : undefined;
      return done ? answerOf(done) : { kind: 'failed', failure: error.code ?? error.type };
    }
  };
}

/** A payment is known by its PaymentIntent, or by its Charge as in older integrations. */
const paymentOf = (paymentId: string) =>
  paymentId.startsWith('pi_') ? { payment_intent: paymentId } : { charge: paymentId };

/** States of a refund: docs.stripe.com/api/refunds/object */
function answerOf({ id: providerRefundId, status, failure_reason: reason }: Stripe.Refund): ProviderAnswer {
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
      throw new Error(`Stripe says that refund ${providerRefundId} is ${status}`);
  }
}

type Refusal = InstanceType<typeof Stripe.errors.StripeCardError | typeof Stripe.errors.StripeInvalidRequestError>;

/**
 * Whether Stripe decided not to pay. Anything else (no connection, 409, 429, 5xx, a bad key, a key that was used for
 * something else) leaves open whether it did. Source: docs.stripe.com/api/errors
 */
const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Stripe.errors.StripeCardError || error instanceof Stripe.errors.StripeInvalidRequestError;

/** By us, it may be, under a key that Stripe has forgotten. Source: docs.stripe.com/error-codes */
const isAlreadyRefunded = ({ code }: Refusal) => code === 'charge_already_refunded';
