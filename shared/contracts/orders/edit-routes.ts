import * as z from 'zod';
import { CallerId } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { changedSince, forVersion, Lines, refusals, replayed, Text } from './life-cycle-routes.ts';
import { Address, Note, OrderAnswer, OrderParams, ShippingMethod, WantedLine } from './routes.ts';
import { Problem } from '../problem.ts';

/** What an order is to be from now on; what is left out stays. */
export const OrderEdit = z
  .strictObject({
    editId: CallerId,
    reason: Text(500),
    /** Units that lines are to have; none removes the line. */
    lines: Lines(0).optional(),
    addLines: z.array(WantedLine).min(1).max(1000).optional(),
    shippingAddress: Address.optional(),
    shippingMethod: ShippingMethod.optional(),
    note: Note.optional(),
  })
  .refine(
    ({ editId: _id, reason: _reason, ...changes }) => Object.values(changes).some((change) => change !== undefined),
    {
      message: 'Name something to change',
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
  headers: forVersion,
  body: OrderEdit,
  responses: {
    200: { description: `The order as it is now. ${replayed}`, schema: OrderAnswer },
    ...refusals,
    409: {
      description:
        '`illegal-transition` with the `currentStatus`; `out-of-stock` with what is available; `line-cancelled`; or ' +
        '`edit-conflict`: the id was used for something else',
      schema: Problem,
    },
    ...changedSince,
    422: { description: 'Invalid content, or content that the store does not sell so', schema: Problem },
  },
});
