import * as z from 'zod';

export const Env = z.object({
  LAKE_BUCKET_NAME: z.string().min(1),
  PSEUDONYM_SECRET_ARN: z.string().min(1),
  /** IANA time zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type Env = z.infer<typeof Env>;
