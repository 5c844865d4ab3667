import * as z from 'zod';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

/** What all of Stripe's events have: docs.stripe.com/api/events/object */
export const StripeEvent = z.looseObject({
  id: z.string(),
  type: z.string(),
  /** Seconds since the epoch. */
  created: z.int().nonnegative(),
  data: z.looseObject({ object: z.looseObject({}) }),
});
export type StripeEvent = z.infer<typeof StripeEvent>;

/** Open to everyone, as the signature is the authentication. */
export const postStripeEvent = defineRoute({
  method: 'POST',
  path: '/webhooks/payments/stripe',
  tag: 'Payments',
  summary:
    'Stripe tells what happened, in its own format; a payment is the order’s that its metadata names as `orderId`',
  headers: z.object({
    'stripe-signature': z.string().meta({ description: 'As Stripe signs, at most 5 minutes old' }),
  }),
  body: StripeEvent,
  responses: {
    200: {
      description: 'Recorded now, before, or until its order is placed; `ignored` if it is about nothing of ours',
      schema: z.object({
        orderId: z.string().optional(),
        eventId: z.string(),
        status: z.enum(['recorded', 'already-recorded', 'waiting-for-order', 'ignored']),
      }),
    },
    401: { description: '`invalid-signature`: none, a wrong one, or older than 5 minutes', schema: Problem },
    409: { description: '`payment-conflict`: the event id was used for other content', schema: Problem },
    422: { description: 'Not an event of Stripe’s', schema: Problem },
    503: { description: '`busy`: nothing was done; send the event again', schema: Problem },
  },
});
