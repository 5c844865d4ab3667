import * as z from 'zod';
import { Env } from '../run/env.ts';

export const NightlyEnv = Env.extend({
  LAKE_BUCKET_NAME: z.string().min(1),
  /** Earlier days that one night restates at most; the others wait for the next nights. */
  MAX_RESTATED_DAYS: z.string().regex(/^[1-9]\d{0,4}$/),
});
export type NightlyEnv = z.infer<typeof NightlyEnv>;
