import * as z from 'zod';

/** The status of a refund; the transitions are in functions/refund-approval/refund/life-cycle.ts. */
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
