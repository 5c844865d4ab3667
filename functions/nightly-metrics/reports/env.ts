import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { Env } from '../run/env.ts';

/** Channels and currencies that have a row on every day, also without orders. */
export const Reported = z.object({ channels: z.array(z.string()), currencies: z.array(z.string()) });
export type Reported = z.infer<typeof Reported>;

export const ReportRunEnv = Env.extend({
  LAKE_BUCKET_NAME: z.string().min(1),
  REPORTS_BUCKET_NAME: z.string().min(1),
  REPORTED: jsonVariable(Reported),
});
export type ReportRunEnv = z.infer<typeof ReportRunEnv>;
