import * as z from 'zod';
import { ScheduleEnv } from '../../../shared/schedules/env.ts';

export const AnnouncementEnv = z.object({ CATALOG_TABLE_NAME: z.string().min(1) });
export type AnnouncementEnv = z.infer<typeof AnnouncementEnv>;

export const Env = AnnouncementEnv.extend(ScheduleEnv.shape);
export type Env = z.infer<typeof Env>;
