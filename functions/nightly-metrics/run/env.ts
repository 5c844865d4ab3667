import * as z from 'zod';

/** What all functions of this workflow need. */
export const Env = z.object({
  REPORT_TABLE_NAME: z.string().min(1),
  /** IANA zone whose midnights bound the business days. */
  TIME_ZONE: z.string().min(1),
});
export type Env = z.infer<typeof Env>;

/** What the function needs that the night starts. */
export const NightlyEnv = Env.extend({ LAKE_BUCKET_NAME: z.string().min(1) });
export type NightlyEnv = z.infer<typeof NightlyEnv>;

/** What the function needs that runs the reports. */
export const ReportRunEnv = NightlyEnv.extend({
  REPORTS_BUCKET_NAME: z.string().min(1),
});
export type ReportRunEnv = z.infer<typeof ReportRunEnv>;
