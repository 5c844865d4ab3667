import * as z from 'zod';
import { defineEvent } from '../define-event.ts';
import { OrderPlaced } from './events.ts';

/** An order of the past was taken over from another system, as it was there; it occurred when it was placed. */
export const OrderImported = defineEvent(
  'storeworks.order-intake',
  'OrderImported',
  OrderPlaced.envelope.shape.detail.shape.data.extend({ status: z.literal('completed') }),
);
