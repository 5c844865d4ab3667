import { PaymentRecorded } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { causedBy } from '../refund/change.ts';
import { TablesEnv } from '../refund/env.ts';
import { createRefundStore } from '../refund/store.ts';
import { recordProviderNotification } from './provider-notification.ts';

const record = recordProviderNotification(createRefundStore(openDatabase(), TablesEnv.parse(process.env)));

export const handler = queueHandler(PaymentRecorded, ({ detail: { metadata, data } }) =>
  record(data, causedBy(metadata, Date.now())),
);
