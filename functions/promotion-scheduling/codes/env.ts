import * as z from 'zod';

/** The variables of `code-batch`. */
export const CodeJobEnv = z.object({
  PROMOTION_TABLE_NAME: z.string().min(1),
  PROMOTION_FILES_BUCKET_NAME: z.string().min(1),
});
export type CodeJobEnv = z.infer<typeof CodeJobEnv>;
