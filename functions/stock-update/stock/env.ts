import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { WarehouseCodes } from '../../../shared/store.ts';

/** Environment of each function that applies movements. */
export const StoreEnv = z.object({
  STOCK_TABLE_NAME: z.string().min(1),
  CATALOG_TABLE_NAME: z.string().min(1),
  /** IANA time zone of the store: a lot expires at the end of a day there. */
  TIME_ZONE: z.string().min(1),
  /** Days before its expiry day on which a lot is no longer sold. */
  DAYS_BEFORE_EXPIRY: z.string().regex(/^\d{1,3}$/),
});
export type StoreEnv = z.infer<typeof StoreEnv>;

/** Environment of the functions that check what movements name. `WAREHOUSE_CODES` are in force until staff set others. */
export const MovementSettingsEnv = z.object({
  SETTINGS_TABLE_NAME: z.string().min(1),
  WAREHOUSE_CODES: jsonVariable(WarehouseCodes),
});
export type MovementSettingsEnv = z.infer<typeof MovementSettingsEnv>;
