import * as z from 'zod';

/** The variables of `erase-person`. */
export const ErasureEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  /** IANA zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type ErasureEnv = z.infer<typeof ErasureEnv>;

/** The variables of `expire-personal-data`. */
export const ExpiryEnv = ErasureEnv.extend({ PERSONAL_DATA_DAYS: z.string().regex(/^[1-9]\d*$/) });
export type ExpiryEnv = z.infer<typeof ExpiryEnv>;
