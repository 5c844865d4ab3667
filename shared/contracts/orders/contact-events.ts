import * as z from 'zod';
import { defineEvent } from '../define-event.ts';
import { OrderPlaced } from './events.ts';
import { ChangedOrder } from './life-cycle-events.ts';

const Contact = OrderPlaced.envelope.shape.detail.shape.data
  .pick({ customer: true, shippingAddress: true, billingAddress: true, note: true })
  .meta({ description: 'Customer, addresses and note of the order' });

/** Contact data, addresses or note of an order were corrected. `metadata.actor` says by whom. */
export const OrderContactChanged = defineEvent(
  'storeworks.order-intake',
  'OrderContactChanged',
  ChangedOrder.extend({
    fields: z.array(z.string()).meta({
      description: 'JSON pointers of the changed fields',
      example: ['/customer/email', '/shippingAddress/line2'],
    }),
    before: Contact,
    after: Contact,
    reason: z.string().optional().meta({ description: 'Why the order was corrected', example: 'The buyer called' }),
  }),
);
