import * as z from 'zod';
import type { StripeEvent } from '../../../shared/contracts/orders/stripe-routes.ts';
import { PaymentEvent } from '../../../shared/payments/payment.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

const metadata = z.record(z.string(), z.string()).default({});
const Charge = z.object({ metadata });
const Intent = z.object({ id: z.string(), currency: z.string(), amount: z.int(), amount_received: z.int(), metadata });
const OfCharge = z.object({
  amount: z.int(),
  currency: z.string(),
  charge: z.string(),
  payment_intent: z.string().nullish(),
});
const Dispute = OfCharge.extend({ id: z.string(), status: z.string() });
const Refund = OfCharge.extend({ status: z.string(), metadata });

/** Reads a charge from Stripe; it has the metadata of its PaymentIntent. */
export type ReadCharge = (id: string) => Promise<unknown>;

type StripeNotification = Pick<PaymentEvent, 'type' | 'paymentId' | 'amountMinor' | 'currency'> & {
  orderId: string | undefined;
  refundId?: string | undefined;
  chargebackId?: string | undefined;
};

/**
 * Converts a Stripe event into a payment event; undefined if it concerns no order of this store. Refunds and disputes do
 * not name the order, so their charge is read. Source of the types: docs.stripe.com/api/events/types
 */
export async function paymentEventOf(event: StripeEvent, readCharge: ReadCharge): Promise<PaymentEvent | undefined> {
  const notification = await notificationOf(event, readCharge);
  // The Stripe account may also take payments for other applications.
  if (!notification || !PaymentEvent.shape.orderId.safeParse(notification.orderId).success) return undefined;
  const occurredAt = new Date(event.created * 1000).toISOString();
  return PaymentEvent.parse({
    eventId: event.id,
    occurredAt,
    ...notification,
    currency: notification.currency.toUpperCase(),
  });
}

async function notificationOf(
  { type, data: { object } }: StripeEvent,
  readCharge: ReadCharge,
): Promise<StripeNotification | undefined> {
  switch (type) {
    case 'payment_intent.amount_capturable_updated':
      return ofIntent('payment.authorized', Intent.parse(object));
    case 'payment_intent.payment_failed':
      return ofIntent('payment.failed', Intent.parse(object));
    case 'payment_intent.succeeded': {
      const intent = Intent.parse(object);
      return { ...ofIntent('payment.captured', intent), amountMinor: intent.amount_received };
    }
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed': {
      const { status, metadata: own, ...refund } = Refund.parse(object);
      const refundType = ownValue(finalRefundTypes, status);
      const refundId = own['reference'] ?? own['refundId'];
      return refundType && { ...(await ofCharge(refundType, refund, readCharge)), refundId };
    }
    case 'charge.dispute.created':
    case 'charge.dispute.closed': {
      const { id: chargebackId, status, ...dispute } = Dispute.parse(object);
      const disputeType = type === 'charge.dispute.created' ? 'chargeback.opened' : ownValue(disputeEnds, status);
      return disputeType && { ...(await ofCharge(disputeType, dispute, readCharge)), chargebackId };
    }
    default:
      return undefined;
  }
}

/** Final states of a refund: docs.stripe.com/api/refunds/object */
const finalRefundTypes: Partial<Record<string, 'refund.succeeded' | 'refund.failed'>> = {
  succeeded: 'refund.succeeded',
  failed: 'refund.failed',
  canceled: 'refund.failed',
};

/** Final states of a dispute: docs.stripe.com/api/disputes/object. A closed inquiry (`warning_closed`) took no money. */
const disputeEnds: Partial<Record<string, 'chargeback.won' | 'chargeback.lost'>> = {
  won: 'chargeback.won',
  warning_closed: 'chargeback.won',
  lost: 'chargeback.lost',
};

const ofIntent = (
  type: StripeNotification['type'],
  { id, amount, currency, metadata: own }: z.infer<typeof Intent>,
): StripeNotification => ({
  type,
  paymentId: id,
  amountMinor: amount,
  currency,
  orderId: own['orderId'],
});

async function ofCharge(
  type: StripeNotification['type'],
  { charge, payment_intent: intent, amount, currency }: z.infer<typeof OfCharge>,
  readCharge: ReadCharge,
): Promise<StripeNotification> {
  const { orderId } = Charge.parse(await readCharge(charge)).metadata;
  return { type, paymentId: intent ?? charge, amountMinor: amount, currency, orderId };
}
