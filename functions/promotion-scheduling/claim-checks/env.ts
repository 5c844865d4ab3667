import * as z from 'zod';

/** The variables of `check-claims`. */
export const ClaimCheckEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
});
export type ClaimCheckEnv = z.infer<typeof ClaimCheckEnv>;
