import * as z from 'zod';
import { Channels } from '../../shared/store.ts';
import { WorkingCalendar } from './calendar.ts';

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

/** As `Env` reads it: values are JSON text in the environment. */
export const ParsedEnv = ParsedTables.extend({
  CHANNELS: json.pipe(Channels),
  DEPARTMENTS: json.pipe(Departments),
  CALENDAR: json.pipe(WorkingCalendar),
});
/** What the environment of the function that serves HTTP must have; each value is text. */
export type Env = z.input<typeof ParsedEnv>;

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
