import * as z from 'zod';

/** The variables of `index-emails`. */
export const IndexEmailsEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  /** IANA zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type IndexEmailsEnv = z.infer<typeof IndexEmailsEnv>;
