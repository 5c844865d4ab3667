import * as z from 'zod';
import { CurrencyCode } from '../../names.ts';
import { StoredText } from '../bounds.ts';
import { defineEvent } from '../define-event.ts';

/** A channel counted its visits of an hour. The event occurred at the start of the hour. Counts of one hour are added. */
export const VisitsCounted = defineEvent(
  'storeworks.nightly-metrics',
  'VisitsCounted',
  z.object({
    batchId: StoredText.meta({
      description: 'Id of the batch, chosen by the channel',
      example: 'visits-2026-11-29-14',
    }),
    channel: StoredText.meta({ description: 'Channel that was visited', example: 'storefront' }),
    currency: CurrencyCode.describe('Currency of the prices that the visitors saw, ISO 4217'),
    visits: z.int().nonnegative().meta({ description: 'Number of visits', example: 1280 }),
  }),
);
