import * as z from 'zod';
import type { StripeEvent } from '../../../shared/contracts/orders/stripe-routes.ts';
import { PaymentEvent } from '../../../shared/payments/payment.ts';

const metadata = z.record(z.string(), z.string()).default({});
const Charge = z.object({ metadata });
const Intent = z.object({ id: z.string(), currency: z.string(), amount: z.int(), amount_received: z.int(), metadata });
const OfCharge = z.object({
  amount: z.int(),
  currency: z.string(),
  charge: z.string(),
  payment_intent: z.string().nullish(),
});
const Refund = OfCharge.extend({ status: z.string(), metadata });

/** Reads a charge of Stripe's, which has the metadata of its payment. */
export type ReadCharge = (id: string) => Promise<unknown>;

type Told = Pick<PaymentEvent, 'type' | 'paymentId' | 'amountMinor' | 'currency'> & {
  orderId: string | undefined;
  refundId?: string | undefined;
};

/**
 * What an event of Stripe's tells of one of our payments; undefined if nothing. A refund or a dispute does not name the
 * order, so that its charge is read. Source of the types: docs.stripe.com/api/events/types
 */
export async function paymentEventOf(event: StripeEvent, readCharge: ReadCharge): Promise<PaymentEvent | undefined> {
  const told = await toldBy(event, readCharge);
  // The account may take money for others than this store.
  if (!told || !PaymentEvent.shape.orderId.safeParse(told.orderId).success) return undefined;
  const occurredAt = new Date(event.created * 1000).toISOString();
  return PaymentEvent.parse({ eventId: event.id, occurredAt, ...told, currency: told.currency.toUpperCase() });
}

async function toldBy({ type, data: { object } }: StripeEvent, readCharge: ReadCharge): Promise<Told | undefined> {
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
      const word = words[status];
      const refundId = own['reference'] ?? own['refundId'];
      return word && { ...(await ofCharge(word, refund, readCharge)), refundId };
    }
    case 'charge.dispute.created':
      return ofCharge('chargeback.opened', OfCharge.parse(object), readCharge);
    default:
      return undefined;
  }
}

/** States in which nothing more happens to a refund by itself: docs.stripe.com/api/refunds/object */
const words: Partial<Record<string, 'refund.succeeded' | 'refund.failed'>> = {
  succeeded: 'refund.succeeded',
  failed: 'refund.failed',
  canceled: 'refund.failed',
};

const ofIntent = (type: Told['type'], { id, amount, currency, metadata: own }: z.infer<typeof Intent>): Told => ({
  type,
  paymentId: id,
  amountMinor: amount,
  currency,
  orderId: own['orderId'],
});

async function ofCharge(
  type: Told['type'],
  { charge, payment_intent: intent, amount, currency }: z.infer<typeof OfCharge>,
  readCharge: ReadCharge,
): Promise<Told> {
  const { orderId } = Charge.parse(await readCharge(charge)).metadata;
  return { type, paymentId: intent ?? charge, amountMinor: amount, currency, orderId };
}
