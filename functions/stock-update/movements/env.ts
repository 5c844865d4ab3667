import * as z from 'zod';
import { StoreEnv } from '../stock/env.ts';

export const MessageEnv = StoreEnv.extend({ MOVEMENT_QUEUE_URL: z.url() });
export type MessageEnv = z.infer<typeof MessageEnv>;
