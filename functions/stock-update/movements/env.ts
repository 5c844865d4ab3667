import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { WarehouseCodes } from '../../../shared/store.ts';
import { StoreEnv } from '../stock/env.ts';

export const MessageEnv = StoreEnv.extend({
  MOVEMENT_QUEUE_URL: z.url(),
  WAREHOUSE_CODES: jsonVariable(WarehouseCodes),
});
export type MessageEnv = z.input<typeof MessageEnv>;
