import * as z from 'zod';

export const Env = z.object({ EVENT_BUS_NAME: z.string().min(1), FAILED_RECORD_QUEUE_URL: z.string().min(1) });
export type Env = z.infer<typeof Env>;
