import * as z from 'zod';

/** How changes of the refund policy are controlled. */
export const PolicySettings = z.object({
  /** Hours in which the author of a looser policy is judged by the stricter of it and the policy before. */
  authorWatchHours: z.number().nonnegative(),
  /** Hours in which a second person can approve a looser policy. */
  changeExpiresHours: z.number().positive(),
});
export type PolicySettings = z.infer<typeof PolicySettings>;
