import * as z from 'zod';

/** Environment of every function of this workflow. */
export const Env = z.object({ INSIGHTS_TABLE_NAME: z.string().min(1) });
export type Env = z.infer<typeof Env>;

export const WatchEnv = Env.extend({
  /** IANA time zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type WatchEnv = z.infer<typeof WatchEnv>;

export const ApiEnv = Env.extend({ REPORTS_BUCKET_NAME: z.string().min(1) });
export type ApiEnv = z.infer<typeof ApiEnv>;
