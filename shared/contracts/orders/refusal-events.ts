import * as z from 'zod';
import { Instant } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

/**
 * An order that was answered `accepted` and decided later was refused; nothing is taken. `problem` is what a caller who
 * waits would have been answered. The same order may be sent again.
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
