import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { ReturnReceived } from '../../../shared/contracts/refunds/events.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { StoreEnv } from '../stock/env.ts';
import { postReturn } from './post-return.ts';
import { createStockStore } from '../stock/store.ts';

const store = createStockStore(openDatabase(), StoreEnv.parse(process.env));

export const handler = queueHandler(ReturnReceived, postReturn(store, Date.now));
