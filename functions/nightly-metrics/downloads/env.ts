import * as z from 'zod';
import { Env } from '../run/env.ts';

export const ApiEnv = Env.extend({ REPORTS_BUCKET_NAME: z.string().min(1) });
export type ApiEnv = z.infer<typeof ApiEnv>;

/** Of the function that makes bundles. */
export const BundleEnv = z.object({ REPORT_TABLE_NAME: z.string().min(1), REPORTS_BUCKET_NAME: z.string().min(1) });
export type BundleEnv = z.infer<typeof BundleEnv>;
