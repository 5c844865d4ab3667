import { SchedulerClient } from '@aws-sdk/client-scheduler';
import * as z from 'zod';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { Instant } from '../../../shared/names.ts';
import { oneTimeSchedules } from '../../../shared/schedules/schedule-client.ts';
import { announceAndSchedule, sweepAnnouncements } from './announce.ts';
import { createAnnouncementStore } from './announcement-store.ts';
import { Env } from './env.ts';

const env = Env.parse(process.env);
const store = createAnnouncementStore(openDatabase(), env);
const schedules = oneTimeSchedules(new SchedulerClient(), env);
const sweep = sweepAnnouncements(store, announceAndSchedule(store, schedules, env.TIME_ZONE));

export const handler = eventHandler(z.object({ time: Instant }), ({ time }) => {
  const id = `announcement-sweep-${time}`;
  return sweep({ actor: 'storeworks.promotion-scheduling', correlationId: id, causationId: id, now: Date.now() });
});
