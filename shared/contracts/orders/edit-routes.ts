import * as z from 'zod';
import { Address } from '../../address.ts';
import { Email } from '../../email.ts';
import { CallerId } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { staleResponse, ifMatchHeaders, Lines, refusals, replayed, Text } from './life-cycle-routes.ts';
import { Note, OrderResponse, OrderParams, ShippingMethod, WantedLine } from './routes.ts';
import { Problem } from '../problem.ts';

/** Changes of an order; absent members stay unchanged. */
export const OrderEdit = z
  .strictObject({
    editId: CallerId.meta({
      description: 'Id of the edit, chosen by the caller; a repeated edit has the same one',
      example: 'edit-1',
    }),
    reason: Text(500).meta({ description: 'Why the order is edited', example: 'The customer called' }),
    lines: Lines(0).optional().describe('New quantities of lines; 0 removes the line'),
    addLines: z.array(WantedLine).min(1).max(1000).optional().describe('New lines'),
    shippingAddress: Address.optional().describe('New shipping address'),
    shippingMethod: ShippingMethod.optional().meta({ description: 'New shipping method', example: 'express' }),
    note: Note.optional().meta({ description: 'New note', example: 'Please ring twice' }),
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

/** A correction: absent members stay unchanged, null removes one, an address is replaced as a whole. */
export const OrderContact = z
  .strictObject({
    reason: Text(500)
      .optional()
      .meta({ description: 'Why the order is corrected; kept in its history', example: 'The buyer called' }),
    customer: z
      .strictObject({
        email: Email.nullable()
          .optional()
          .meta({ description: 'E-mail address; null removes it', example: 'ada@example.com' }),
        name: Text(200).nullable().optional().meta({ description: 'Name; null removes it', example: 'Ada Lovelace' }),
        phone: Text(40)
          .nullable()
          .optional()
          .meta({ description: 'Phone number; null removes it', example: '+44 20 7946 0018' }),
      })
      .optional()
      .meta({
        description: 'Members to correct. The customer’s id cannot change',
        example: { email: 'ada@example.com' },
      }),
    shippingAddress: Address.optional().meta({
      description: 'Replaces the address as a whole. The country of an order with tax cannot change',
      example: { country: 'GB', postalCode: 'SW1A 1AA', city: 'London', line1: '10 Downing Street' },
    }),
    billingAddress: Address.nullable()
      .optional()
      .meta({
        description: 'Replaces the address as a whole; null removes it',
        example: { country: 'GB', postalCode: 'SW1A 1AA', city: 'London', line1: '10 Downing Street' },
      }),
    note: Note.nullable().optional().meta({ description: 'Note; null removes it', example: 'Ring twice' }),
  })
  .refine(({ reason: _reason, ...members }) => Object.values(members).some((member) => member !== undefined), {
    message: 'A correction needs at least one member',
  })
  .meta({ id: 'OrderContact' });
export type OrderContact = z.infer<typeof OrderContact>;

export const correctOrder = defineRoute({
  method: 'PATCH',
  path: '/orders/{orderId}',
  tag: 'Orders',
  summary: 'Correct contact data, addresses and note of an order that has not been shipped completely',
  scope: 'orders.write',
  params: OrderParams,
  headers: ifMatchHeaders,
  body: OrderContact,
  responses: {
    200: { description: `The current order. ${replayed}`, schema: OrderResponse },
    ...refusals,
    409: {
      description:
        '`illegal-transition` with the `currentStatus`: shipped, cancelled or expired orders stay as they are',
      schema: Problem,
    },
    ...staleResponse,
    422: {
      description: 'Invalid content; or `country-change`: the tax of the order depends on its shipping country',
      schema: Problem,
    },
  },
});
