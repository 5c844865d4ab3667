import * as z from 'zod';

/** Environment of every function of this workflow. */
export const Env = z.object({
  REPORT_TABLE_NAME: z.string().min(1),
  /** IANA time zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type Env = z.infer<typeof Env>;
