import { openDatabase } from '../../shared/database.ts';
import { PaymentRecorded } from '../../shared/events/order-life.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { causedBy } from './cause.ts';
import { TablesEnv } from './env.ts';
import { hearProvider } from './provider-word.ts';
import { createRefundStore } from './store.ts';

const hear = hearProvider(createRefundStore(openDatabase(), TablesEnv.parse(process.env)));

export const handler = queueHandler(PaymentRecorded, ({ detail: { metadata, data } }) =>
  hear(data, causedBy(metadata, Date.now())),
);
