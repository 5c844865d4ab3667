import * as z from 'zod';
import { StoreEnv } from '../stock/env.ts';

export const FileEnv = StoreEnv.extend({ INBOX_BUCKET_NAME: z.string().min(1) });
export type FileEnv = z.infer<typeof FileEnv>;
