import * as z from 'zod';

/** The states of a refund, from the request to its end. */
export const RefundStatus = z.enum([
  'pending-approval',
  'awaiting-return',
  'approved',
  'exchanging',
  'exchanged',
  'paying',
  'paid',
  'payout-failed',
  'store-credit',
  'rejected',
  'withdrawn',
  'expired',
]);
export type RefundStatus = z.infer<typeof RefundStatus>;
