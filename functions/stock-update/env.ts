import * as z from 'zod';
import { WarehouseResponse } from '../../shared/contracts/stock/level-routes.ts';
import { jsonVariable } from '../../shared/lambda/json-variable.ts';
import { Channels } from '../../shared/store.ts';
import { StoreEnv } from './stock/env.ts';

export const Env = StoreEnv.extend({
  CURSOR_SECRET_ARN: z.string().min(1),
  STOCK_AUDIT_TABLE_NAME: z.string().min(1),
  ORDER_TABLE_NAME: z.string().min(1),
  /** By client id. */
  CHANNELS: jsonVariable(Channels),
  SETTINGS_TABLE_NAME: z.string().min(1),
  /** In force until staff set warehouses. */
  WAREHOUSES: jsonVariable(z.array(WarehouseResponse)),
});
export type Env = z.input<typeof Env>;
