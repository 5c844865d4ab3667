import * as z from 'zod';
import { jsonVariable } from '../../shared/lambda/json-variable.ts';
import { WarehouseResponse } from '../../shared/contracts/stock/level-routes.ts';
import { WorkingCalendar } from '../../shared/settings/calendars.ts';
import { SellingPolicy } from '../../shared/store.ts';

/** `SELLING`, `WAREHOUSES` and `CALENDAR` are in force until staff set a document. */
export const Env = z.object({
  SETTINGS_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  CURSOR_SECRET_ARN: z.string().min(1),
  SELLING: jsonVariable(SellingPolicy),
  WAREHOUSES: jsonVariable(z.array(WarehouseResponse)),
  CALENDAR: jsonVariable(WorkingCalendar),
});
export type Env = z.input<typeof Env>;
