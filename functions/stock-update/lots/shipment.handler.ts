import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { StockMoved } from '../../../shared/contracts/stock/events.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { LotEnv } from './env.ts';
import { createLotStore } from './lot-store.ts';
import { deductShippedLots } from './deduct-shipped-lots.ts';
import { expiryCutoff } from '../../../shared/stock/lot.ts';

const env = LotEnv.parse(process.env);

export const handler = queueHandler(
  StockMoved,
  deductShippedLots(createLotStore(openDatabase(), env), expiryCutoff(env), Date.now),
);
