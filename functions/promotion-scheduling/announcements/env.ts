import * as z from 'zod';
import { ScheduleEnv } from '../../../shared/schedules/env.ts';

/** `TIME_ZONE` is the zone of schedules without one of their own. */
export const AnnouncementEnv = z.object({ PROMOTION_TABLE_NAME: z.string().min(1), TIME_ZONE: z.string().min(1) });
export type AnnouncementEnv = z.infer<typeof AnnouncementEnv>;

export const Env = AnnouncementEnv.extend(ScheduleEnv.shape);
export type Env = z.infer<typeof Env>;
