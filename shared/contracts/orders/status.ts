import * as z from 'zod';

/** Status of an order. The transitions are in `functions/order-intake/order/life-cycle.ts`. */
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

/** Statuses of a new order: early payments count at once. */
export const InitialStatus = OrderStatus.extract(['placed', 'payment-pending', 'paid', 'on-hold']);
