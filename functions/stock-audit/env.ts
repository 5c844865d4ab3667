import * as z from 'zod';

export const Env = z.object({ STOCK_AUDIT_TABLE_NAME: z.string().min(1) });
export type Env = z.infer<typeof Env>;

/** Environment of the function that compares. */
export const RunEnv = Env.extend({
  STOCK_TABLE_NAME: z.string().min(1),
  ORDER_TABLE_NAME: z.string().min(1),
  REPORTS_BUCKET_NAME: z.string().min(1),
});
export type RunEnv = z.infer<typeof RunEnv>;
