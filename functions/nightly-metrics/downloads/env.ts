import * as z from 'zod';
import { Env } from '../run/env.ts';

export const ApiEnv = Env.extend({ REPORTS_BUCKET_NAME: z.string().min(1) });
export type ApiEnv = z.infer<typeof ApiEnv>;
