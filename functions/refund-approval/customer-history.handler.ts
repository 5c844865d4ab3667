import * as z from 'zod';
import { openDatabase } from '../../shared/database.ts';
import { RefundPaid } from '../../shared/events/refund.ts';
import { OrderPlaced } from '../../shared/events/order.ts';
import { OrderImported } from '../../shared/events/order-import.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { keepHistory } from './customer-history.ts';
import { TablesEnv } from './env.ts';
import { createHistoryStore } from './history-store.ts';
import { createRefundStore } from './store.ts';

const HistoryEvent = {
  envelope: z.discriminatedUnion('detail-type', [OrderPlaced.envelope, OrderImported.envelope, RefundPaid.envelope]),
};

const db = openDatabase();
const tables = TablesEnv.parse(process.env);
const keep = keepHistory(createHistoryStore(db, tables), createRefundStore(db, tables));

export const handler = queueHandler(HistoryEvent, keep);
