import * as z from 'zod';

export const Env = z.object({
  /** Names of all tables, separated by commas. */
  TABLE_NAMES: z.string().min(1),
  /** Token endpoint for the documentation page; without it, the page cannot request tokens. */
  TOKEN_URL: z.string().optional(),
});
export type Env = z.infer<typeof Env>;
