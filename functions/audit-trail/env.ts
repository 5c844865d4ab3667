import * as z from 'zod';

/** Environment of the function that records entries. */
export const RecordEnv = z.object({ AUDIT_TABLE_NAME: z.string().min(1) });
export type RecordEnv = z.infer<typeof RecordEnv>;

/** Environment of the HTTP API. */
export const ApiEnv = RecordEnv.extend({
  CURSOR_SECRET_ARN: z.string().min(1),
  /** IANA time zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type ApiEnv = z.infer<typeof ApiEnv>;
