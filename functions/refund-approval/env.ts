import * as z from 'zod';
import { ReturnAddress } from '../../shared/contracts/refunds/return-routes.ts';
import { jsonVariable } from '../../shared/lambda/json-variable.ts';
import { Warehouse } from '../../shared/names.ts';
import { Channels, WarehouseCodes } from '../../shared/store.ts';
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
  RETURN_ADDRESSES: jsonVariable(z.record(Warehouse, ReturnAddress)),
  WAREHOUSE_CODES: jsonVariable(WarehouseCodes),
  CALENDAR: jsonVariable(WorkingCalendar),
  POLICY_CHANGES: jsonVariable(PolicySettings),
});
export type Env = z.input<typeof ParsedEnv>;

/** The environment of `overpayment.handler.ts`, parsed. */
export const ParsedOverpaymentEnv = TablesEnv.extend({ CALENDAR: jsonVariable(WorkingCalendar) });
export type OverpaymentEnv = z.input<typeof ParsedOverpaymentEnv>;
