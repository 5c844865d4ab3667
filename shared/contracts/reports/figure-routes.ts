import * as z from 'zod';
import { BusinessDay, CurrencyCode } from '../../names.ts';
import { boundedRecord, maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';

const reading = { method: 'GET', tag: 'Reports', scope: 'reports.read' } as const;

const Figure = z.union([z.number(), StoredText, z.null()]);
const version = z.int().positive();

export const getDailyMetrics = defineRoute({
  ...reading,
  path: '/metrics/daily',
  summary: 'Read the measures of each day, from the reports in force',
  query: z.strictObject({
    from: BusinessDay.describe('First day'),
    to: BusinessDay.describe('Last day, at most 92 days from the first'),
    by: z
      .enum([
        'day',
        'channel',
        'hour',
        'region',
        'customer-group',
        'category',
        'sku',
        'promotion',
        'code',
        'stock-sku',
        'stock-category',
      ])
      .default('day')
      .meta({ description: 'What the rows of a day are. Default: the currencies of the day', example: 'channel' }),
  }),
  responses: {
    200: {
      description: 'The measures',
      schema: z
        .object({
          by: StoredText.meta({ description: 'What the rows of a day are', example: 'channel' }),
          days: z
            .array(
              z.object({
                date: BusinessDay.describe('The business day'),
                version: version.meta({ description: 'Version of its reports in force', example: 1 }),
                rows: z
                  .array(boundedRecord(z.string(), Figure, 100))
                  .max(10_000)
                  .meta({
                    description:
                      'Rows of the report: its keys and its measures, as the glossary defines them. A ratio over nothing is null; a sum above 2^53 is text',
                    example: [{ channel: 'storefront', currency: 'GBP', orders: 2, netSales: 3500 }],
                  }),
              }),
            )
            .max(92)
            .describe('The days that have reports'),
          missing: z
            .array(BusinessDay)
            .max(92)
            .describe('Days without reports, or with reports from before 2026-12-01'),
        })
        .meta({ id: 'DailyMetrics' }),
    },
    422: { description: 'The range is empty or too long, or has more than 10,000 rows', schema: Problem },
  },
});

export const getFigureExplanation = defineRoute({
  ...reading,
  path: '/reports/daily/{date}/explain',
  summary: 'List the events that make a figure of a report',
  params: z.strictObject({ date: BusinessDay.describe('Business day of the report') }),
  query: z.strictObject({
    report: z
      .string()
      .regex(/^[a-z-]{1,40}$/, 'Not the name of a report')
      .meta({ description: 'Name of the report', example: 'totals-by-channel' }),
    row: z.coerce
      .number()
      .int()
      .min(1)
      .meta({ description: 'Number of the row; the first after the header is 1', example: 1 }),
    column: z
      .string()
      .regex(/^[A-Za-z]{1,40}$/, 'Not the name of a measure')
      .default('netSales')
      .meta({ description: 'The measure. A ratio is explained by the measures that it divides', example: 'netSales' }),
    version: z.coerce.number().int().min(1).optional().meta({
      description: 'Version of the reports. Default: the version in force',
      example: 1,
    }),
    ...pageParameters,
  }),
  responses: {
    200: {
      description: 'The events. Their amounts, over all pages, sum to the figure',
      schema: z
        .object({
          date: BusinessDay.describe('Business day of the report'),
          version: version.meta({ description: 'Version of the reports', example: 1 }),
          report: StoredText.meta({ description: 'Name of the report', example: 'totals-by-channel' }),
          row: z.int().positive().meta({ description: 'Number of the row', example: 1 }),
          column: StoredText.meta({ description: 'The measure', example: 'netSales' }),
          keys: boundedRecord(z.string(), StoredText.nullable(), 10).meta({
            description: 'Keys of the row',
            example: { channel: 'storefront', currency: 'GBP' },
          }),
          currency: CurrencyCode.describe('Currency of amounts, ISO 4217'),
          figure: Figure.meta({ description: 'The figure in the report; text above 2^53', example: 3500 }),
          events: z
            .array(
              z.object({
                eventId: StoredText.meta({ description: 'Id of the event', example: '01KJZ8T5W0QH5V6Y3N2M1P0RSC' }),
                eventType: StoredText.meta({ description: 'Type of the event', example: 'OrderPlaced' }),
                occurredAt: StoredText.meta({ description: 'Time of the event', example: '2026-11-29T12:00:00.000Z' }),
                orderId: StoredText.nullable().meta({
                  description: 'Order of the event; null if it has none',
                  example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px',
                }),
                amount: Figure.meta({
                  description: 'What the event adds to the figure; text above 2^53',
                  example: 3500,
                }),
              }),
            )
            .max(maxEntries)
            .describe('Events of this page, by id'),
          cursor: nextCursor,
        })
        .meta({ id: 'FigureExplanation' }),
    },
    404: { description: 'There is no such version, report or row', schema: Problem },
    422: { description: 'The column is no sum or number of orders', schema: Problem },
  },
});
