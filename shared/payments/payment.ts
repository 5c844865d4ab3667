import * as z from 'zod';
import { maxEntries, StoredText } from '../contracts/bounds.ts';
import { personal } from '../contracts/personal-data.ts';
import { AmountMinor, CallerId, Currency, CurrencyCode, EventInstant, Instant } from '../names.ts';

/** A provider's notification of a payment, refund or chargeback of an order; `eventId` is its identity. Source: the HTTP contract. */
export const PaymentEvent = z
  .strictObject({
    eventId: CallerId.meta({
      description: 'Id of the event at the provider; a repeated event has the same one',
      example: 'evt_90211',
    }),
    type: z
      .enum([
        'payment.authorized',
        'payment.captured',
        'payment.failed',
        'refund.succeeded',
        'refund.failed',
        'chargeback.opened',
        'chargeback.won',
        'chargeback.lost',
      ])
      .describe('What happened'),
    paymentId: CallerId.meta({ description: 'Id of the payment at the provider', example: 'pay_88123' }),
    orderId: z
      .string()
      .regex(/^ord_[0-9a-z]{26}$/, 'Not an order id')
      .meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    amountMinor: AmountMinor.describe('Amount in minor units'),
    currency: Currency.describe('Currency of the amount, ISO 4217'),
    occurredAt: EventInstant.describe('Time of the event at the provider'),
    refundId: CallerId.optional().meta({
      description: 'Reference of the payout, for `refund.*`',
      example: 'ref_01kb9zq4y8t4v7c0m3j5r6n8px-1-1',
    }),
    chargebackId: CallerId.optional().meta({
      description:
        'The provider’s id of the chargeback, which its opening and its end have in common. Without it, they belong together by `paymentId`.',
      example: 'dp_1PgafmB7WZ01zgkW',
    }),
    cardFingerprint: personal(
      CallerId.optional().meta({
        description: 'The provider’s fingerprint of the card, the same for every payment with it',
        example: 'card_f8d11c',
      }),
    ),
  })
  .meta({ id: 'PaymentEvent' });
export type PaymentEvent = z.infer<typeof PaymentEvent>;

/** A payment event as the order item stores it. */
export const Payment = PaymentEvent.omit({ orderId: true }).extend({
  currency: CurrencyCode.describe('Currency of the amount, ISO 4217'),
  occurredAt: Instant.describe('Time of the event at the provider'),
  provider: StoredText.meta({ description: 'Payment provider', example: 'acme' }),
});
export type Payment = z.infer<typeof Payment>;

/** A payment event as domain events publish it: without the card, which only the risk score needs. */
export const PublishedPayment = Payment.omit({ cardFingerprint: true });
export const publishedPaymentOf = ({
  cardFingerprint: _private,
  ...payment
}: Payment): z.infer<typeof PublishedPayment> => payment;

/** Captured against due amount of an order; due is its total less `cancelledMinor`. Refunds of money not due count. */
export const Balance = z.object({
  balance: z
    .enum(['unpaid', 'underpaid', 'settled', 'overpaid'])
    .describe('Whether the captured amount, less refunds of money that is not due, is the amount due'),
  dueMinor: AmountMinor.meta({ description: 'Total less cancelled units, in minor units', example: 4493 }),
  capturedMinor: z.int().nonnegative().meta({ description: 'Captured amount, in minor units', example: 4493 }),
  refundedMinor: AmountMinor.optional().meta({
    description: 'Refunded amount, also as store credit or by exchange, in minor units; absent without a refund',
    example: 1999,
  }),
  otherCaptures: z
    .array(
      z.object({
        currency: CurrencyCode.meta({ description: 'Currency of the captures, ISO 4217', example: 'EUR' }),
        capturedMinor: z.int().positive().meta({ description: 'Captured amount, in its minor units', example: 4493 }),
      }),
    )
    .max(maxEntries)
    .optional()
    .meta({
      description: 'Captures in another currency than the order’s, which pay for nothing; absent without one',
      example: [{ currency: 'EUR', capturedMinor: 4493 }],
    }),
  chargedBackMinor: z.int().nonnegative().meta({
    description: 'Open and lost chargebacks, in minor units of the order’s currency. A won one no longer counts.',
    example: 1999,
  }),
});
export type Balance = z.infer<typeof Balance>;
