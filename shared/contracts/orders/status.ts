import * as z from 'zod';

/** Where an order is in its life; `functions/order-intake/order/life-cycle.ts` tells which way it may go from there. */
export const OrderStatus = z.enum([
  'placed',
  'payment-pending',
  'paid',
  'on-hold',
  'allocated',
  'partly-shipped',
  'shipped',
  'delivered',
  'completed',
  'cancelled',
  'expired',
]);
export type OrderStatus = z.infer<typeof OrderStatus>;

/** What an order may be from the start: payments that came before it count at once. */
export const OpeningStatus = OrderStatus.extract(['placed', 'payment-pending', 'paid', 'on-hold']);
