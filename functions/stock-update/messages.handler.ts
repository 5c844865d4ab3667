import { openDatabase } from '../../shared/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { StoreEnv } from './env.ts';
import { MovementMessage, postMessage } from './messages.ts';
import { createStockStore } from './store.ts';

const store = createStockStore(openDatabase(), StoreEnv.parse(process.env));

export const handler = queueHandler({ envelope: MovementMessage }, postMessage(store, Date.now));
