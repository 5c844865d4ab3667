import { SchedulerClient } from '@aws-sdk/client-scheduler';
import * as z from 'zod';
import { PromotionChanged, PromotionEnded, PromotionStarted } from '../../../shared/contracts/promotions/events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { oneTimeSchedules } from '../../../shared/schedules/schedule-client.ts';
import { announceAndSchedule } from './announce.ts';
import { createAnnouncementStore } from './announcement-store.ts';
import { Env } from './env.ts';

/** One throttled call of two repeats the whole message, so the SDK retries more often than its default of 3. */
const maxAttempts = 6;

const env = Env.parse(process.env);
const schedules = oneTimeSchedules(new SchedulerClient({ maxAttempts }), env);
const schedule = announceAndSchedule(createAnnouncementStore(openDatabase(), env), schedules, env.TIME_ZONE);

/** A start or end that was announced schedules the next one. */
const Event = z.union([PromotionChanged.envelope, PromotionStarted.envelope, PromotionEnded.envelope]);

export const handler = queueHandler({ envelope: Event }, async ({ detail }) => {
  const { correlationId, eventId } = detail.metadata;
  await schedule(detail.data.promotionId, {
    actor: 'storeworks.promotion-scheduling',
    correlationId,
    causationId: eventId,
    now: Date.now(),
  });
});
