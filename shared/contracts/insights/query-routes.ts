import * as z from 'zod';
import { BusinessDay } from '../../names.ts';
import { StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { segments } from '../../insights/segments.ts';

const reading = { method: 'GET', tag: 'Insights', scope: 'reports.read' } as const;

const date = BusinessDay.optional().describe('Last business day of the history. Default: the latest');
const error = (description: string, example: number) => z.number().nullable().meta({ description, example });
const bound = (description: string, example: number) => z.number().nullable().meta({ description, example });
const ofDay = {
  date: BusinessDay.describe('Last business day of the history'),
  version: z.int().positive().meta({ description: 'Version in force', example: 1 }),
};

export const getForecast = defineRoute({
  ...reading,
  path: '/insights/forecast',
  summary: 'Read the forecast of the store, a channel or a SKU, with its errors',
  query: z.strictObject({
    date,
    sku: z.string().min(1).max(64).optional().meta({ description: 'The SKU. Default: the store', example: 'MUG' }),
    channel: z.string().min(1).max(64).optional().meta({ description: 'Or the channel', example: 'storefront' }),
  }),
  responses: {
    200: {
      description: 'The forecast of the 28 days after the day',
      schema: z
        .object({
          ...ofDay,
          series: z
            .array(
              z.object({
                measure: z.enum(['units', 'sales']).describe('Units, or sales in minor units of the currency'),
                currency: StoredText.nullable().meta({ description: 'Currency of sales, ISO 4217', example: 'GBP' }),
                demandClass: z.enum(['smooth', 'erratic', 'intermittent', 'lumpy']).describe('Class of the demand'),
                model: StoredText.meta({ description: 'Method of the class', example: 'smoothing' }),
                baseline: StoredText.meta({ description: 'The better baseline', example: 'weekday-mean' }),
                shown: StoredText.meta({
                  description: 'Method of this forecast: the baseline, if the model did not beat it',
                  example: 'smoothing',
                }),
                historyDays: z.int().nonnegative().meta({ description: 'Days since the first sale', example: 210 }),
                origins: z.int().nonnegative().meta({ description: 'Rolling origins that were measured', example: 4 }),
                mase: error('MASE of the model; null with a history that is too short', 0.91),
                baselineMase: error('MASE of the baseline', 0.98),
                smape: error('sMAPE of the model, percent', 41.2),
                baselineSmape: error('sMAPE of the baseline, percent', 44.8),
                coverage80: error('Share of measured days inside the 80 % band', 0.82),
                coverage95: error('Share of measured days inside the 95 % band', 0.96),
                days: z
                  .array(
                    z.object({
                      date: BusinessDay.describe('The day'),
                      expected: z.number().meta({ description: 'Expected value', example: 3.4 }),
                      low80: bound('Lower end of the 80 % band; null with a short history', 1),
                      high80: bound('Upper end of the 80 % band', 6),
                      low95: bound('Lower end of the 95 % band', 0),
                      high95: bound('Upper end of the 95 % band', 9),
                      holiday: StoredText.nullable().meta({ description: 'Public holiday', example: 'Boxing Day' }),
                      promotions: StoredText.nullable().meta({
                        description: 'Ids of promotions in force on the day, by blanks',
                        example: 'winter-sale',
                      }),
                    }),
                  )
                  .max(28)
                  .describe('The next 28 days'),
              }),
            )
            .max(200)
            .describe('Units, and sales by currency'),
        })
        .meta({ id: 'SalesForecast' }),
    },
    404: { description: 'No insights were published, or they have no such SKU or channel', schema: Problem },
    422: { description: 'Both a SKU and a channel', schema: Problem },
  },
});

const segmentNames = Object.keys(segments);

export const listSegmentCustomers = defineRoute({
  ...reading,
  path: '/insights/customers',
  summary: 'List the customers of a segment, by pseudonym',
  query: z.strictObject({
    date,
    segment: z.enum(segmentNames).meta({ description: 'The segment', example: 'champions' }),
    ...pageParameters,
  }),
  responses: {
    200: {
      description: 'A page of customers, by id',
      schema: z
        .object({
          ...ofDay,
          segment: StoredText.meta({ description: 'The segment', example: 'champions' }),
          customers: z
            .array(
              z.object({
                customerId: StoredText.meta({
                  description: 'Pseudonym of the customer, as in the reports',
                  example: 'cus_9f86d081884c7d65',
                }),
                recencyDays: z.int().nonnegative().meta({ description: 'Days since the last order', example: 4 }),
                orders: z.int().positive().meta({ description: 'Number of orders', example: 12 }),
                salesMinor: z.int().meta({ description: 'Sales in minor units of the currency', example: 41_250 }),
                currency: StoredText.meta({ description: 'Currency of most orders, ISO 4217', example: 'GBP' }),
                churnRisk: z.number().nullable().meta({
                  description: 'Probability of no order in the next 90 days; null with a history below 90 days',
                  example: 0.12,
                }),
              }),
            )
            .max(100)
            .describe('Customers of the segment'),
          cursor: nextCursor,
        })
        .meta({ id: 'SegmentCustomers' }),
    },
    404: { description: 'No insights of the day were published', schema: Problem },
  },
});
