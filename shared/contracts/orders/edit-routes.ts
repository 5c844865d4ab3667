import * as z from 'zod';
import { Address } from '../../address.ts';
import { CallerId } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { staleResponse, ifMatchHeaders, Lines, refusals, replayed, Text } from './life-cycle-routes.ts';
import { Note, OrderResponse, OrderParams, ShippingMethod, WantedLine } from './routes.ts';
import { Problem } from '../problem.ts';

/** Changes of an order; absent members stay unchanged. */
export const OrderEdit = z
  .strictObject({
    editId: CallerId,
    reason: Text(500),
    /** New quantities of lines; 0 removes the line. */
    lines: Lines(0).optional(),
    addLines: z.array(WantedLine).min(1).max(1000).optional(),
    shippingAddress: Address.optional(),
    shippingMethod: ShippingMethod.optional(),
    note: Note.optional(),
  })
  .refine(
    ({ editId: _id, reason: _reason, ...changes }) => Object.values(changes).some((change) => change !== undefined),
    {
      message: 'An edit needs at least one change',
    },
  )
  .meta({ id: 'OrderEdit' });
export type OrderEdit = z.infer<typeof OrderEdit>;

export const editOrder = defineRoute({
  method: 'POST',
  path: '/orders/{orderId}/edits',
  tag: 'Orders',
  summary: 'Edit an order before it is allocated',
  scope: 'orders.write',
  params: OrderParams,
  headers: ifMatchHeaders,
  body: OrderEdit,
  responses: {
    200: { description: `The current order. ${replayed}`, schema: OrderResponse },
    ...refusals,
    409: {
      description:
        '`illegal-transition` with the `currentStatus`; `out-of-stock` with what is available; `line-cancelled`; or ' +
        '`edit-conflict`: the id was used for another edit',
      schema: Problem,
    },
    ...staleResponse,
    422: { description: 'Invalid content, or lines that the store does not sell', schema: Problem },
  },
});
