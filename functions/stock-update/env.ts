import * as z from 'zod';
import { StoreEnv } from './stock/env.ts';

export const Env = StoreEnv.extend({
  STOCK_AUDIT_TABLE_NAME: z.string().min(1),
});
export type Env = z.infer<typeof Env>;
