import * as z from 'zod';
import { AmountMinor, CallerId, Currency, Instant } from '../names.ts';

/** What a payment provider tells about an order, once under each `eventId`; source: the HTTP contract. */
export const PaymentEvent = z
  .strictObject({
    eventId: CallerId,
    type: z.enum([
      'payment.authorized',
      'payment.captured',
      'payment.failed',
      'refund.succeeded',
      'refund.failed',
      'chargeback.opened',
    ]),
    paymentId: CallerId,
    orderId: z.string().regex(/^ord_[0-9a-z]{26}$/, 'Not an order id'),
    amountMinor: AmountMinor,
    currency: Currency,
    occurredAt: Instant,
    refundId: CallerId.optional(),
    /** The provider's own mark of the card, the same for every use of it. */
    cardFingerprint: CallerId.optional(),
  })
  .meta({ id: 'PaymentEvent' });
export type PaymentEvent = z.infer<typeof PaymentEvent>;

/** A payment event as an order keeps it. */
export const Payment = PaymentEvent.omit({ orderId: true }).extend({ provider: z.string() });
export type Payment = z.infer<typeof Payment>;

/** A payment event as others are told of it: whose card it was is nobody else's business. */
export const ToldPayment = Payment.omit({ cardFingerprint: true });

/** Money of an order: what is captured against what is due, which is its total less what was cancelled. */
export const Balance = z.object({
  balance: z.enum(['unpaid', 'underpaid', 'settled', 'overpaid']),
  dueMinor: AmountMinor,
  capturedMinor: z.int().nonnegative(),
  chargedBackMinor: z.int().nonnegative(),
});
export type Balance = z.infer<typeof Balance>;
