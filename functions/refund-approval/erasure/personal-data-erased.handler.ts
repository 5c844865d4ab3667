import { OrderPersonalDataErased } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { TablesEnv } from '../refund/env.ts';
import { createRefundStore } from '../refund/store.ts';
import { eraseRefundsOf } from './erase-refunds.ts';
import { createErasureStore } from './erasure-store.ts';

const env = TablesEnv.parse(process.env);
const db = openDatabase();
const erase = eraseRefundsOf({ ...createRefundStore(db, env), ...createErasureStore(db, env.REFUND_TABLE_NAME) });

export const handler = queueHandler(OrderPersonalDataErased, ({ detail: { data } }) => erase(data.orderId));
