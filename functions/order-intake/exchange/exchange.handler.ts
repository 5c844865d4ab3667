import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { ExchangeApproved } from '../../../shared/contracts/refunds/events.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { createHoldExpiry } from '../order/hold-expiry-job.ts';
import { createOrderStore } from '../order/order-store.ts';
import { createPlacementStore } from '../order/placement-store.ts';
import { ExchangeEnv } from './env.ts';
import { placeReplacement } from './place-replacement.ts';
import { createExchangeStore } from './exchange-store.ts';

const { CHANNELS, SELLING, ...tables } = ExchangeEnv.parse(process.env);
const db = openDatabase();
const orders = createOrderStore(db, tables, SELLING.timeZone);
const placements = createPlacementStore(db, tables, SELLING.timeZone);
const exchanges = createExchangeStore(db, tables, SELLING.timeZone);
const place = placeReplacement({ orders, placements, exchanges }, CHANNELS, SELLING, createHoldExpiry(orders));

export const handler = queueHandler(ExchangeApproved, async ({ detail: { metadata, data } }) => {
  const { eventId: causationId, correlationId } = metadata;
  await place(data, { actor: 'storeworks.order-intake', correlationId, causationId, now: Date.now() });
});
