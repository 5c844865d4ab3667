import * as z from 'zod';
import { Env } from '../run/env.ts';

export const ReportRunEnv = Env.extend({ LAKE_BUCKET_NAME: z.string().min(1), REPORTS_BUCKET_NAME: z.string().min(1) });
export type ReportRunEnv = z.infer<typeof ReportRunEnv>;
