import * as z from 'zod';
import { AmountMinor, CallerId, Currency, CurrencyCode, EventInstant, Instant } from '../names.ts';

/** A provider's notification of a payment, refund or chargeback of an order; `eventId` is its identity. Source: the HTTP contract. */
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
      'chargeback.won',
      'chargeback.lost',
    ]),
    paymentId: CallerId,
    orderId: z.string().regex(/^ord_[0-9a-z]{26}$/, 'Not an order id'),
    amountMinor: AmountMinor,
    currency: Currency,
    occurredAt: EventInstant,
    refundId: CallerId.optional(),
    chargebackId: CallerId.optional().meta({
      description:
        'The provider’s id of the chargeback, which its opening and its end have in common. Without it, they belong together by `paymentId`.',
      example: 'dp_1PgafmB7WZ01zgkW',
    }),
    /** The provider's fingerprint of the card, the same for every payment with it. */
    cardFingerprint: CallerId.optional(),
  })
  .meta({ id: 'PaymentEvent' });
export type PaymentEvent = z.infer<typeof PaymentEvent>;

/** A payment event as the order item stores it. */
export const Payment = PaymentEvent.omit({ orderId: true }).extend({
  currency: CurrencyCode,
  occurredAt: Instant,
  provider: z.string(),
});
export type Payment = z.infer<typeof Payment>;

/** A payment event as domain events publish it: without the card, which only the risk score needs. */
export const PublishedPayment = Payment.omit({ cardFingerprint: true });
export const publishedPaymentOf = ({
  cardFingerprint: _private,
  ...payment
}: Payment): z.infer<typeof PublishedPayment> => payment;

/** Captured against due amount of an order; due is its total less `cancelledMinor`. */
export const Balance = z.object({
  balance: z.enum(['unpaid', 'underpaid', 'settled', 'overpaid']),
  dueMinor: AmountMinor,
  capturedMinor: z.int().nonnegative(),
  chargedBackMinor: z.int().nonnegative().meta({
    description: 'Open and lost chargebacks, in minor units of the order’s currency. A won one no longer counts.',
    example: 1999,
  }),
});
export type Balance = z.infer<typeof Balance>;
