import * as z from 'zod';
import { BusinessDay } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

const daysPerExport = 366;
const dayMs = 86_400_000;

export const OrderExport = z
  .object({
    exportId: z.string(),
    from: BusinessDay,
    to: BusinessDay,
    status: z.enum(['requested', 'completed']),
    /** Orders in the file. */
    orders: z.int().optional(),
    /** Key of the file in the bucket of order files. */
    file: z.string().optional(),
  })
  .meta({ id: 'OrderExport' });
export type OrderExport = z.infer<typeof OrderExport>;

export const postOrderExport = defineRoute({
  method: 'POST',
  path: '/orders/exports',
  tag: 'Orders',
  summary: 'Orders of some business days as a CSV file in S3, a row per line',
  scope: 'orders.read',
  body: z
    .strictObject({ from: BusinessDay, to: BusinessDay })
    .refine(({ from, to }) => from <= to, { path: ['to'], message: 'The last day is not before the first' })
    .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < daysPerExport * dayMs, {
      path: ['to'],
      message: `An export has at most ${daysPerExport} days`,
    }),
  responses: {
    202: { description: 'Requested; watch `Location`', schema: OrderExport },
    422: { description: 'Not a span of days', schema: Problem },
  },
});

export const getOrderExport = defineRoute({
  method: 'GET',
  path: '/orders/exports/{exportId}',
  tag: 'Orders',
  summary: 'State of an export',
  scope: 'orders.read',
  params: z.strictObject({ exportId: z.string().regex(/^[0-9A-Z]{26}$/, 'Not an export id') }),
  responses: {
    200: { description: 'The export', schema: OrderExport },
    404: { description: 'Unknown export', schema: Problem },
  },
});
