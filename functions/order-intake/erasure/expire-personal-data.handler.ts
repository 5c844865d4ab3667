import assert from 'node:assert';
import * as z from 'zod';
import { businessDays, daysBefore } from '../../../shared/business-day.ts';
import { batchJobMaxAttempts, openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { createOrderStore } from '../order/order-store.ts';
import { ExpiryEnv } from './env.ts';
import { eraseSelected } from './erase-job.ts';
import { createErasureStore } from './erasure-store.ts';

const Schedule = z.object({ time: z.iso.datetime({ offset: true }) });
/** A night also erases the days of the nights before, should these have failed. */
const nights = 3;
/** Below the function's timeout of ten minutes. */
const budgetMs = 8 * 60_000;

const { TIME_ZONE, PERSONAL_DATA_DAYS, ...tables } = ExpiryEnv.parse(process.env);
const db = openDatabase(batchJobMaxAttempts);
const stores = { ...createOrderStore(db, tables, TIME_ZONE), ...createErasureStore(db, tables.ORDER_TABLE_NAME) };
const businessDay = businessDays(TIME_ZONE);

export const handler = eventHandler(Schedule, async ({ time }, logger) => {
  const now = Date.now();
  const cause = { actor: 'storeworks.order-intake', correlationId: time, causationId: time, now };
  const to = daysBefore(businessDay(Date.parse(time)), Number(PERSONAL_DATA_DAYS));
  const days = { from: daysBefore(to, nights - 1), to };
  const { open, ...erasure } = await eraseSelected(stores, days, 'retention', cause, () => Date.now() > now + budgetMs);
  logger.info('personal data expired', { ...days, ...erasure, open: open.length });
  assert(erasure.isComplete, 'Personal data is left: the retries of the job continue with it.');
});
