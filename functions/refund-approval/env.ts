import * as z from 'zod';
import { ReturnAddress } from '../../shared/contracts/refunds/return-routes.ts';
import { Warehouse } from '../../shared/names.ts';
import { Channels } from '../../shared/store.ts';
import { WorkingCalendar } from './deadlines/calendar.ts';

const json = z.string().transform((text): unknown => JSON.parse(text));

/** Departments by the client id of the machine that acts for them; people have theirs in their token. */
const Departments = z.record(z.string(), z.string());

const ParsedTables = z.object({
  REFUND_TABLE_NAME: z.string().min(1),
  ORDER_TABLE_NAME: z.string().min(1),
});
/** Of the functions that only change refunds. */
export type Tables = z.infer<typeof ParsedTables>;
export const TablesEnv = ParsedTables;

/** Of the function that pays: how providers are called, and how long one may take to answer. */
export const ParsedPayoutEnv = ParsedTables.extend({
  PAYMENT_PROVIDERS_SECRET_ARN: z.string().min(1),
  PROVIDER_TIMEOUT_SECONDS: z.coerce.number().positive(),
});
export type PayoutEnv = Record<keyof z.infer<typeof ParsedPayoutEnv>, string>;

/** As `Env` reads it: values are JSON text in the environment. */
export const ParsedEnv = ParsedTables.extend({
  /** What is exchanged for is looked up in these. */
  CATALOG_TABLE_NAME: z.string().min(1),
  STOCK_TABLE_NAME: z.string().min(1),
  CHANNELS: json.pipe(Channels),
  DEPARTMENTS: json.pipe(Departments),
  RETURN_ADDRESSES: json.pipe(z.record(Warehouse, ReturnAddress)),
  CALENDAR: json.pipe(WorkingCalendar),
});
/** What the environment of the function that serves HTTP must have; each value is text. */
export type Env = z.input<typeof ParsedEnv>;

/** Of the function that refunds what was paid too much. */
export const ParsedOverpaidEnv = ParsedTables.extend({ CALENDAR: json.pipe(WorkingCalendar) });
export type OverpaidEnv = z.input<typeof ParsedOverpaidEnv>;

/** Where schedules are made, and what they may reach under which role. */
const ParsedScheduleEnv = z.object({
  SCHEDULE_GROUP_NAME: z.string().min(1),
  SCHEDULE_QUEUE_ARN: z.string().min(1),
  SCHEDULE_DEAD_LETTER_QUEUE_ARN: z.string().min(1),
  SCHEDULE_ROLE_ARN: z.string().min(1),
});
export type ScheduleEnv = z.infer<typeof ParsedScheduleEnv>;

/** Of the function that keeps schedules. */
export const WaitingEnv = ParsedTables.extend({ ...ParsedScheduleEnv.shape, CALENDAR: json.pipe(WorkingCalendar) });
export type WaitingVariables = z.input<typeof WaitingEnv>;
