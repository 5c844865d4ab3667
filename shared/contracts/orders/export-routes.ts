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
    /** Number of orders in the file. */
    orders: z.int().optional(),
    /** Object key in the OrderFiles bucket. */
    file: z.string().optional(),
  })
  .meta({ id: 'OrderExport' });
export type OrderExport = z.infer<typeof OrderExport>;

export const postOrderExport = defineRoute({
  method: 'POST',
  path: '/orders/exports',
  tag: 'Orders',
  summary: 'Export the orders of a range of business days as a CSV file in S3, one row per order line',
  scope: 'orders.read',
  body: z
    .strictObject({ from: BusinessDay, to: BusinessDay })
    .refine(({ from, to }) => from <= to, { path: ['to'], message: '`to` must not be before `from`' })
    .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < daysPerExport * dayMs, {
      path: ['to'],
      message: `An export covers at most ${daysPerExport} days`,
    }),
  responses: {
    202: { description: 'Requested; poll `Location`', schema: OrderExport },
    422: { description: 'Invalid range of days', schema: Problem },
  },
});

export const getOrderExport = defineRoute({
  method: 'GET',
  path: '/orders/exports/{exportId}',
  tag: 'Orders',
  summary: 'Get the status of an export',
  scope: 'orders.read',
  params: z.strictObject({ exportId: z.string().regex(/^[0-9A-Z]{26}$/, 'Not an export id') }),
  responses: {
    200: { description: 'The export', schema: OrderExport },
    404: { description: 'Unknown export', schema: Problem },
  },
});
