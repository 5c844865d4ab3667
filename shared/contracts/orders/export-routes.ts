import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { BusinessDay } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

const daysPerExport = 366;
const dayMs = 86_400_000;

export const OrderExport = z
  .object({
    exportId: StoredText.meta({ description: 'Id of the export', example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
    from: BusinessDay.describe('First business day'),
    to: BusinessDay.describe('Last business day'),
    status: z.enum(['requested', 'completed']).describe('State of the export'),
    orders: z.int().optional().meta({ description: 'Number of orders in the file', example: 412 }),
    file: StoredText.optional().meta({
      description: 'Key of the file in the OrderFiles bucket, which deletes it after 30 days',
      example: 'exports/01KB9ZQ4Y8T4V7C0M3J5R6N8PX.csv',
    }),
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
    .strictObject({
      from: BusinessDay.describe('First business day'),
      to: BusinessDay.describe('Last business day, at most 366 days'),
    })
    .refine(({ from, to }) => from <= to, { path: ['to'], message: '`to` must not be before `from`' })
    .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < daysPerExport * dayMs, {
      path: ['to'],
      message: `An export covers at most ${daysPerExport} days`,
    }),
  responses: {
    202: { description: 'Requested; poll `Location`', schema: OrderExport },
    422: { description: 'Invalid range of days', schema: Problem },
    429: { description: '`too-many-exports`: the client has too many that are not completed', schema: Problem },
  },
});

export const getOrderExport = defineRoute({
  method: 'GET',
  path: '/orders/exports/{exportId}',
  tag: 'Orders',
  summary: 'Get the status of an export',
  scope: 'orders.read',
  params: z.strictObject({
    exportId: z
      .string()
      .regex(/^[0-9A-Z]{26}$/, 'Not an export id')
      .meta({ description: 'Id of the export', example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
  }),
  responses: {
    200: { description: 'The export', schema: OrderExport },
    404: { description: 'Unknown export', schema: Problem },
  },
});
