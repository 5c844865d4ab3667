import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

/** Members of every Stripe event: docs.stripe.com/api/events/object */
export const StripeEvent = z.looseObject({
  id: StoredText.meta({ description: 'Id of the event', example: 'evt_1SZ0a2Lkdm3QEt8q' }),
  type: StoredText.meta({ description: 'Type of the event', example: 'payment_intent.succeeded' }),
  created: z
    .int()
    .nonnegative()
    .meta({ description: 'Time of the event in seconds since the epoch', example: 1796030100 }),
  data: z
    .looseObject({ object: z.looseObject({}).describe('The object that the event is about, such as a PaymentIntent') })
    .describe('Data of the event'),
});
export type StripeEvent = z.infer<typeof StripeEvent>;

/** No scope: the signature authenticates Stripe. */
export const postStripeEvent = defineRoute({
  method: 'POST',
  path: '/webhooks/payments/stripe',
  tag: 'Payments',
  summary: 'Receive an event from Stripe in its own format; the PaymentIntent’s metadata names the order as `orderId`',
  headers: z.object({
    'stripe-signature': z.string().max(2000).meta({
      description: 'Stripe’s signature, at most 5 minutes old',
      example: 't=1796030100,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd',
    }),
  }),
  body: StripeEvent,
  // Anybody may send a body; it is refused before its signature is verified.
  maxBodyBytes: 524_288,
  responses: {
    200: {
      description:
        'Recorded, recorded before, or stored until its order is placed; `ignored` if it concerns no order of this store',
      schema: z.object({
        orderId: StoredText.optional().meta({
          description: 'Order of the payment; absent if the event is ignored',
          example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px',
        }),
        eventId: StoredText.meta({ description: 'Id of the event', example: 'evt_1SZ0a2Lkdm3QEt8q' }),
        status: z
          .enum(['recorded', 'already-recorded', 'waiting-for-order', 'ignored'])
          .describe('What happened to the event'),
      }),
    },
    401: { description: '`invalid-signature`: missing, wrong, or older than 5 minutes', schema: Problem },
    409: { description: '`payment-conflict`: the event id was used for other content', schema: Problem },
    422: { description: 'Not a Stripe event, or one created before 2000 or in the future', schema: Problem },
    503: { description: '`busy`: nothing was changed; send the event again', schema: Problem },
  },
});
