import Stripe from 'stripe';

/** Signing secret of Stripe's webhooks in the tests. */
export const stripeWebhookSecret = 'whsec_test';

/** The charge of a PaymentIntent. The test double of Stripe knows it after `stripe.charge(…)`. */
export const chargeOf = (paymentId: string) => `ch_${paymentId.replaceAll('-', '')}`;

type Payment = Record<'eventId' | 'type' | 'paymentId' | 'orderId' | 'currency' | 'occurredAt', string> & {
  amountMinor: number;
  refundId?: string;
};

/** Converts a capture or an end of a refund into the body and headers with which Stripe reports it at `now` (milliseconds). */
export function stripeWebhookOf(
  { eventId, type, paymentId, orderId, currency, occurredAt, ...payment }: Payment,
  now: number,
) {
  const { amountMinor: amount, refundId: reference } = payment;
  const charge = { amount, currency: currency.toLowerCase(), charge: chargeOf(paymentId), payment_intent: paymentId };
  const status = type === 'refund.succeeded' ? 'succeeded' : 'failed';
  const [name, object] =
    type === 'payment.captured'
      ? ['payment_intent.succeeded', { ...charge, id: paymentId, amount_received: amount, metadata: { orderId } }]
      : ['refund.updated', { ...charge, id: 're_1', status, metadata: { ...(reference && { reference }) } }];
  const created = Math.floor(Date.parse(occurredAt) / 1000);
  const body = JSON.stringify({ id: eventId, object: 'event', created, type: name, data: { object } });
  const signature = Stripe.webhooks.generateTestHeaderString({
    payload: body,
    secret: stripeWebhookSecret,
    timestamp: Math.floor(now / 1000),
  });
  return { body, headers: { 'content-type': 'application/json', 'stripe-signature': signature } };
}
