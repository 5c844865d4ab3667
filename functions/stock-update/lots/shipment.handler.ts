import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { StockMoved } from '../../../shared/contracts/stock/events.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { ShipmentEnv } from './env.ts';
import { createLotStore } from './lot-store.ts';
import { deductShippedLots } from './deduct-shipped-lots.ts';

const env = ShipmentEnv.parse(process.env);

export const handler = queueHandler(
  StockMoved,
  deductShippedLots(createLotStore(openDatabase(), env), env.TIME_ZONE, Date.now),
);
