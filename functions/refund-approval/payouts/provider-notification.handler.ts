import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { PaymentRecorded } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { causedBy } from '../refund/cause.ts';
import { TablesEnv } from '../env.ts';
import { hearProvider } from './provider-notification.ts';
import { createRefundStore } from '../refund/store.ts';

const hear = hearProvider(createRefundStore(openDatabase(), TablesEnv.parse(process.env)));

export const handler = queueHandler(PaymentRecorded, ({ detail: { metadata, data } }) =>
  hear(data, causedBy(metadata, Date.now())),
);
