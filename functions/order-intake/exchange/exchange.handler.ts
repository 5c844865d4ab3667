import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { ExchangeApproved } from '../../../shared/contracts/refunds/events.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { createChangeStore } from '../order/change-store.ts';
import { ParsedExchangeEnv } from '../env.ts';
import { placeReplacement } from './exchange.ts';
import { createExchangeStore } from './exchange-store.ts';
import { overdueEnder } from '../expiry/overdue.ts';
import { createOrderStore } from '../placement/store.ts';

const { CHANNELS, SELLING, ...tables } = ParsedExchangeEnv.parse(process.env);
const db = openDatabase();
const orders = createOrderStore(db, tables, SELLING.timeZone);
const exchanges = createExchangeStore(db, tables, SELLING.timeZone);
const endOverdue = overdueEnder(createChangeStore(db, tables, SELLING.timeZone));
const place = placeReplacement(orders, exchanges, CHANNELS, SELLING, endOverdue);

export const handler = queueHandler(ExchangeApproved, async ({ detail: { metadata, data } }) => {
  const { eventId: causationId, correlationId } = metadata;
  await place(data, { actor: 'storeworks.order-intake', correlationId, causationId, now: Date.now() });
});
