import * as z from 'zod';

export const Env = z.object({
  /** Names of all tables, separated by commas; the store is healthy when each answers. */
  TABLE_NAMES: z.string().min(1),
  /** Where the documentation page sends people for a token; the page cannot ask for one without it. */
  TOKEN_URL: z.string().optional(),
});
export type Env = z.infer<typeof Env>;
