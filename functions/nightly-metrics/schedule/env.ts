import * as z from 'zod';
import { Env } from '../run/env.ts';

export const NightlyEnv = Env.extend({ LAKE_BUCKET_NAME: z.string().min(1) });
export type NightlyEnv = z.infer<typeof NightlyEnv>;
