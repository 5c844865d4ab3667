import * as z from 'zod';

export const PostingEnv = z.object({
  LEDGER_TABLE_NAME: z.string().min(1),
  /** IANA time zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type PostingEnv = z.infer<typeof PostingEnv>;
