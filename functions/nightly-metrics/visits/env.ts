import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { Channels } from '../../../shared/store.ts';

export const VisitsEnv = z.object({
  CHANNELS: jsonVariable(Channels),
  /** The first currency is that of visits without one. */
  REPORTED: jsonVariable(z.object({ currencies: z.array(z.string()).min(1) })),
});
export type VisitsEnv = z.infer<typeof VisitsEnv>;
