import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { Channels } from '../../../shared/store.ts';

/** The variables of `check-claims`. */
export const ClaimCheckEnv = z.object({
  ORDER_TABLE_NAME: z.string().min(1),
  PROMOTION_TABLE_NAME: z.string().min(1),
  /** How old orders may be when they are placed. */
  CHANNELS: jsonVariable(Channels),
});
export type ClaimCheckEnv = z.infer<typeof ClaimCheckEnv>;
