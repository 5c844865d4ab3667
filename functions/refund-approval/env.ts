import * as z from 'zod';
import { WarehouseResponse } from '../../shared/contracts/stock/level-routes.ts';
import { jsonVariable } from '../../shared/lambda/json-variable.ts';
import { Channels } from '../../shared/store.ts';
import { WorkingCalendar } from '../../shared/settings/calendars.ts';
import { PolicySettings } from './policy/settings.ts';
import { TablesEnv } from './refund/env.ts';

/** The environment of `api.handler.ts`, parsed: settings are JSON. */
export const ParsedEnv = TablesEnv.extend({
  /** Catalogue and stock of replacements. */
  CATALOG_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  CURSOR_SECRET_ARN: z.string().min(1),
  CHANNELS: jsonVariable(Channels),
  /** The department of a client, by client id. People have theirs in their token. */
  DEPARTMENTS: jsonVariable(z.record(z.string(), z.string())),
  SETTINGS_TABLE_NAME: z.string().min(1),
  /** Warehouses and calendar are in force until staff set others. */
  WAREHOUSES: jsonVariable(z.array(WarehouseResponse)),
  CALENDAR: jsonVariable(WorkingCalendar),
  TIME_ZONE: z.string().min(1),
  POLICY_CHANGES: jsonVariable(PolicySettings),
});
export type Env = z.input<typeof ParsedEnv>;

/** The environment of `overpayment.handler.ts`, parsed. */
export const ParsedOverpaymentEnv = TablesEnv.extend({
  SETTINGS_TABLE_NAME: z.string().min(1),
  CALENDAR: jsonVariable(WorkingCalendar),
});
export type OverpaymentEnv = z.input<typeof ParsedOverpaymentEnv>;
