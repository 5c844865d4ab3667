import * as z from 'zod';
import { jsonVariable } from '../../shared/lambda/json-variable.ts';
import { Seller } from '../../shared/store.ts';

/** Environment of the nightly check. */
export const CheckEnv = z.object({
  LEDGER_TABLE_NAME: z.string().min(1),
  /** IANA time zone of the business days. */
  TIME_ZONE: z.string().min(1),
});
export type CheckEnv = z.infer<typeof CheckEnv>;

export const Env = CheckEnv.extend({
  CURSOR_SECRET_ARN: z.string().min(1),
  ORDER_TABLE_NAME: z.string().min(1),
  SELLER: jsonVariable(Seller),
});
export type Env = z.infer<typeof Env>;
