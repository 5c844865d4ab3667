import * as z from 'zod';
import { StoreEnv } from './stock/env.ts';

export const Env = StoreEnv.extend({
  STOCK_AUDIT_TABLE_NAME: z.string().min(1),
  /** IANA time zone of the store: a lot expires at the end of a day there. */
  TIME_ZONE: z.string().min(1),
});
export type Env = z.infer<typeof Env>;
