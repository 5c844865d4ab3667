import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { ScheduleEnv } from '../../../shared/schedules/env.ts';
import { TablesEnv } from '../refund/env.ts';
import { WorkingCalendar } from '../../../shared/settings/calendars.ts';

export const Env = TablesEnv.extend({
  ...ScheduleEnv.shape,
  CALENDAR: jsonVariable(WorkingCalendar),
});
export type Env = z.input<typeof Env>;
