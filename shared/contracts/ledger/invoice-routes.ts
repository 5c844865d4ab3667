import * as z from 'zod';
import { PathSegment } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

export const getInvoice = defineRoute({
  method: 'GET',
  path: '/orders/{orderId}/invoice.xml',
  tag: 'Ledger',
  summary: 'An order as an invoice of EN 16931 in UBL 2.1, with its edits and without its cancellations and refunds',
  scope: 'ledger.read',
  params: z.strictObject({
    orderId: PathSegment.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
  }),
  responses: {
    200: { description: 'The invoice', text: ['application/xml'] },
    404: { description: 'Unknown order', schema: Problem },
    409: {
      description: '`no-invoice`: cancelled, or without one rate of value added tax for each line; the detail says why',
      schema: Problem,
    },
  },
});
