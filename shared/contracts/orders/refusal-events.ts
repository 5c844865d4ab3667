import * as z from 'zod';
import { Instant } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

/**
 * A queued order was refused; no stock is reserved. `problem` is the response that a direct placement would have. The same
 * order may be sent again.
 */
export const OrderRefused = defineEvent(
  'storeworks.order-intake',
  'OrderRefused',
  z.object({
    orderId: z.string(),
    externalOrderId: z.string(),
    channel: z.string(),
    acceptedAt: Instant,
    problem: z.looseObject({ type: z.string(), title: z.string(), status: z.int(), detail: z.string().optional() }),
  }),
);
