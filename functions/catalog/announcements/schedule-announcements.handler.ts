import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { ProductChanged } from '../../../shared/contracts/catalog/product-events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { oneTimeSchedules } from '../../../shared/schedules/schedule-client.ts';
import { scheduleAnnouncements } from './announce.ts';
import { createAnnouncementStore } from './announcement-store.ts';
import { Env } from './env.ts';

/** One throttled call of two repeats the whole message, so the SDK retries more often than its default of 3. */
const maxAttempts = 6;

const env = Env.parse(process.env);
const schedules = oneTimeSchedules(new SchedulerClient({ maxAttempts }), env);
const schedule = scheduleAnnouncements(createAnnouncementStore(openDatabase(), env), schedules);

export const handler = queueHandler(ProductChanged, async ({ detail }) => {
  await schedule(detail.data.productId, Date.now);
});
