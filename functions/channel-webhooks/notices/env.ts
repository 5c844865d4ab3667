import * as z from 'zod';
import { loopback } from '../endpoints/env.ts';

export const NoticeEnv = z.object({ WEBHOOK_TABLE_NAME: z.string().min(1), NOTICE_QUEUE_URL: z.url(), ...loopback });
export type NoticeEnv = z.infer<typeof NoticeEnv>;
