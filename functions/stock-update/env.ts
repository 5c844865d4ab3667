import * as z from 'zod';

export const Env = z.object({
  STOCK_TABLE_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  /** IANA zone whose days decide whether a lot is expired. */
  TIME_ZONE: z.string().min(1),
});
export type Env = z.infer<typeof Env>;
