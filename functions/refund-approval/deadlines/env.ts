import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { ScheduleEnv } from '../../../shared/schedules/env.ts';
import { TablesEnv } from '../refund/env.ts';
import { WorkingCalendar } from '../../../shared/settings/calendars.ts';

export const Env = TablesEnv.extend({
  ...ScheduleEnv.shape,
  SETTINGS_TABLE_NAME: z.string().min(1),
  /** In force until staff set calendars. */
  CALENDAR: jsonVariable(WorkingCalendar),
});
export type Env = z.input<typeof Env>;
