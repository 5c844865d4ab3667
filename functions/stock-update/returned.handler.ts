import { openDatabase } from '../../shared/dynamodb/database.ts';
import { ReturnReceived } from '../../shared/contracts/refunds/events.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { StoreEnv } from './env.ts';
import { bookReturned } from './returned.ts';
import { createStockStore } from './store.ts';

const store = createStockStore(openDatabase(), StoreEnv.parse(process.env));

export const handler = queueHandler(ReturnReceived, bookReturned(store, Date.now));
