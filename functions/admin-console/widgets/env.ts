import * as z from 'zod';
import { ApiEnv } from '../apis/env.ts';

export const WidgetEnv = ApiEnv.extend({
  REPORTS_BUCKET_NAME: z.string().min(1),
  TIME_ZONE: z.string().min(1),
  /** Set by Lambda. */
  AWS_REGION: z.string().default('eu-west-1'),
  QUEUE_ARNS: z.string().min(1),
});
export type WidgetEnv = z.input<typeof WidgetEnv>;
