import * as z from 'zod';

/** The variables of `stripe-webhook`. */
export const StripeEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  /** IANA zone of the business days. */
  TIME_ZONE: z.string().min(1),
  PAYMENT_PROVIDERS_SECRET_ARN: z.string().min(1),
});
export type StripeEnv = z.infer<typeof StripeEnv>;

/** The variables of `refunded-amounts`. */
export const RefundedAmountsEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  REFUND_TABLE_NAME: z.string().min(1),
  /** IANA zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type RefundedAmountsEnv = z.infer<typeof RefundedAmountsEnv>;
