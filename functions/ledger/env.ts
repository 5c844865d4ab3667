import * as z from 'zod';

/** Environment of the nightly check. */
export const CheckEnv = z.object({
  LEDGER_TABLE_NAME: z.string().min(1),
  /** IANA time zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type CheckEnv = z.infer<typeof CheckEnv>;

export const Env = CheckEnv.extend({ CURSOR_SECRET_ARN: z.string().min(1) });
export type Env = z.infer<typeof Env>;
