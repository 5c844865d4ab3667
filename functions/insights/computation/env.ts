import * as z from 'zod';
import { WatchEnv } from '../run/env.ts';

export const InsightsRunEnv = WatchEnv.extend({
  REPORTS_BUCKET_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
});
export type InsightsRunEnv = z.infer<typeof InsightsRunEnv>;
