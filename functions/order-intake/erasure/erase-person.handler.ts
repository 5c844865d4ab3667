import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { batchJobMaxAttempts, openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { BusinessDay } from '../../../shared/names.ts';
import { createOrderStore } from '../order/order-store.ts';
import { ErasureEnv } from './env.ts';
import { eraseSelected } from './erase-job.ts';
import { createErasureStore } from './erasure-store.ts';

/** The test event of the AWS console: a customer of a channel, an e-mail address, an order, or business days (inclusive). */
const Request = z.union([
  z.strictObject({ customerId: z.string().min(1), channel: z.string().min(1) }),
  z.strictObject({ email: z.string().min(1) }),
  z.strictObject({ orderId: z.string().min(1) }),
  z.strictObject({ from: BusinessDay, to: BusinessDay }),
]);
/** Below the function's timeout of ten minutes. */
const budgetMs = 8 * 60_000;

const { TIME_ZONE, ...tables } = ErasureEnv.parse(process.env);
const db = openDatabase(batchJobMaxAttempts);
const stores = { ...createOrderStore(db, tables, TIME_ZONE), ...createErasureStore(db, tables.ORDER_TABLE_NAME) };

/** Returns the numbers of erased orders, and the ids of orders that keep their data until they end. */
export const handler = eventHandler(Request, async (request, logger) => {
  const now = Date.now();
  const id = randomUUID();
  const cause = { actor: 'storeworks.order-intake', correlationId: id, causationId: id, now };
  const erasure = await eraseSelected(stores, request, 'request', cause, () => Date.now() > now + budgetMs);
  // Without the request, which names the person.
  logger.info('personal data erased', { correlationId: id, ...erasure });
  return erasure;
});
