import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { StoreEnv } from '../stock/env.ts';
import { IdleLevels } from './idle.ts';

export const AlertEnv = StoreEnv.pick({ STOCK_TABLE_NAME: true }).extend({
  FAILED_RECORD_QUEUE_URL: z.string().min(1),
});
export type AlertEnv = z.infer<typeof AlertEnv>;

/** Environment of the nightly search for idle stock. */
export const ParsedIdleEnv = StoreEnv.pick({ STOCK_TABLE_NAME: true }).extend({
  IDLE_LEVELS: jsonVariable(IdleLevels),
});
export type IdleEnv = z.input<typeof ParsedIdleEnv>;
