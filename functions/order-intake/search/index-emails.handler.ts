import * as z from 'zod';
import { batchJobMaxAttempts, openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { BusinessDay } from '../../../shared/names.ts';
import { createOrderStore } from '../order/order-store.ts';
import { indexEmails } from './email-index-job.ts';
import { createEmailIndexStore } from './email-index-store.ts';
import { IndexEmailsEnv } from './env.ts';
import { createSearchStore } from './search-store.ts';

/** The test event of the AWS console: the days whose orders are indexed, inclusive. */
const Days = z.strictObject({ from: BusinessDay, to: BusinessDay });
/** Below the function's timeout of ten minutes. */
const budgetMs = 8 * 60_000;

const { TIME_ZONE, ...tables } = IndexEmailsEnv.parse(process.env);
const db = openDatabase(batchJobMaxAttempts);
const stores = {
  ...createOrderStore(db, tables, TIME_ZONE),
  ...createSearchStore(db, tables.ORDER_TABLE_NAME, TIME_ZONE),
  ...createEmailIndexStore(db, tables.ORDER_TABLE_NAME),
};

/** Returns the numbers of read and indexed orders, and the days that are left to index. */
export const handler = eventHandler(Days, (days) => {
  const end = Date.now() + budgetMs;
  return indexEmails(stores, days, () => Date.now() > end);
});
