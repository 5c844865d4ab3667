import * as z from 'zod';

export const ReconciliationEnv = z.object({
  LEDGER_TABLE_NAME: z.string().min(1),
  ORDER_TABLE_NAME: z.string().min(1),
  REPORTS_BUCKET_NAME: z.string().min(1),
  /** IANA time zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type ReconciliationEnv = z.infer<typeof ReconciliationEnv>;
