import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { CurrencyCode, Instant } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

const source = 'storeworks.ledger';

export const settlementTypes = ['fee', 'payout', 'chargeback-fee'] as const;

export const ProviderName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'A provider has 1 to 32 lower-case letters, digits or dashes')
  .meta({ example: 'stripe' });

/** A line of a provider's statement was recorded. `occurredAt` is its time at the provider. */
export const SettlementLineRecorded = defineEvent(
  source,
  'SettlementLineRecorded',
  z.object({
    provider: StoredText.meta({ description: 'The provider', example: 'stripe' }),
    lineId: StoredText.meta({ description: 'Id of the line at the provider', example: 'txn_1QK2f7' }),
    type: z.enum(settlementTypes).describe('What the line is'),
    amountMinor: z.int().meta({ description: 'Amount in minor units, negative if it was given back', example: 320 }),
    currency: CurrencyCode.describe('Currency of the amount, ISO 4217'),
    occurredAt: Instant.describe('Time of the line at the provider'),
    paymentId: StoredText.optional().meta({ description: 'Payment that the line is for', example: 'pay_88123' }),
    reference: StoredText.optional().meta({ description: 'What the line is for', example: 'web-100042' }),
  }),
);
