import * as z from 'zod';

export const QueryEnv = z.object({ REPORTS_BUCKET_NAME: z.string().min(1), CURSOR_SECRET_ARN: z.string().min(1) });
export type QueryEnv = z.infer<typeof QueryEnv>;
