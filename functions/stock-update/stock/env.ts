import * as z from 'zod';

/** Environment of each function that applies movements. */
export const StoreEnv = z.object({
  STOCK_TABLE_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  /** IANA time zone of the store: a lot expires at the end of a day there. */
  TIME_ZONE: z.string().min(1),
  /** Days before its expiry day on which a lot is no longer sold. */
  DAYS_BEFORE_EXPIRY: z.string().regex(/^\d{1,3}$/),
});
export type StoreEnv = z.infer<typeof StoreEnv>;
