import * as z from 'zod';
import { jsonVariable } from '../../../shared/lambda/json-variable.ts';
import { TablesEnv } from '../refund/env.ts';
import { WorkingCalendar } from '../../../shared/settings/calendars.ts';

/** The schedule group, the targets of its schedules, and the role that they assume. */
const ScheduleEnv = z.object({
  SCHEDULE_GROUP_NAME: z.string().min(1),
  SCHEDULE_QUEUE_ARN: z.string().min(1),
  SCHEDULE_DEAD_LETTER_QUEUE_ARN: z.string().min(1),
  SCHEDULE_ROLE_ARN: z.string().min(1),
});
export type ScheduleEnv = z.infer<typeof ScheduleEnv>;

export const Env = TablesEnv.extend({
  ...ScheduleEnv.shape,
  CALENDAR: jsonVariable(WorkingCalendar),
});
export type Env = z.input<typeof Env>;
