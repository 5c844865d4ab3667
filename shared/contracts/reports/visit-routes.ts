import * as z from 'zod';
import { CallerId, Currency, EventInstant } from '../../names.ts';
import { StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

/** Each count is an event; a DynamoDB transaction has at most 100 actions. */
const maxCounts = 48;
const maxVisits = 1_000_000_000;

const VisitCount = z
  .strictObject({
    hour: EventInstant.describe("Start of an hour in the store's time zone"),
    currency: Currency.optional().meta({
      description: "Currency of the prices that the visitors saw. Default: the first of the store's reports",
      example: 'GBP',
    }),
    visits: z.int().min(0).max(maxVisits).meta({ description: 'Number of visits', example: 1280 }),
  })
  .meta({ id: 'VisitCount' });
export type VisitCount = z.infer<typeof VisitCount>;

export const postVisits = defineRoute({
  method: 'POST',
  path: '/visits',
  tag: 'Reports',
  summary: 'Record the visits of a channel by hour; counts of several batches are added',
  scope: 'orders.write',
  query: z.strictObject({
    channel: z
      .string()
      .max(100)
      .optional()
      .meta({ description: 'Channel that was visited, for staff. Default: that of the caller', example: 'storefront' }),
  }),
  body: z
    .strictObject({
      batchId: CallerId.meta({
        description: 'Id of the batch in its channel; a batch that is sent again counts once',
        example: 'visits-2026-11-29-14',
      }),
      counts: z
        .array(VisitCount)
        .min(1)
        .max(maxCounts)
        .refine(
          (counts) =>
            new Set(counts.map(({ hour, currency }) => `${Date.parse(hour)} ${currency}`)).size === counts.length,
          'An hour is there twice',
        )
        .describe('Visits by hour, and no data about visitors'),
    })
    .meta({ id: 'Visits' }),
  responses: {
    201: {
      description: 'Recorded. The same batch again is 200 with `Idempotent-Replayed: true`',
      schema: z
        .object({
          batchId: StoredText.meta({ description: 'Id of the batch', example: 'visits-2026-11-29-14' }),
          channel: StoredText.meta({ description: 'Channel that was visited', example: 'storefront' }),
          visits: z.int().nonnegative().meta({ description: 'Visits of the batch', example: 1280 }),
        })
        .meta({ id: 'RecordedVisits' }),
    },
    403: { description: 'The caller is no channel', schema: Problem },
    409: { description: '`batch-conflict`: the id has another content, which remains', schema: Problem },
    422: {
      description: 'Invalid content, not the start of an hour, in the future, or older than orders may be',
      schema: Problem,
    },
  },
});
