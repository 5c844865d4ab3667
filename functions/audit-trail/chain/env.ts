import * as z from 'zod';

/** Environment of the job that closes days. */
export const ChainEnv = z.object({
  LAKE_BUCKET_NAME: z.string().min(1),
  /** IANA time zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type ChainEnv = z.infer<typeof ChainEnv>;
