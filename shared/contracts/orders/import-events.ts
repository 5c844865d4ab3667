import * as z from 'zod';
import { defineEvent } from '../define-event.ts';
import { OrderPlaced } from './events.ts';

/** A historical order was imported from another system. `occurredAt` is the time at which it was placed. */
export const OrderImported = defineEvent(
  'storeworks.order-intake',
  'OrderImported',
  OrderPlaced.envelope.shape.detail.shape.data.extend({
    status: z.literal('completed').describe('Imported orders are completed'),
  }),
);
