import * as z from 'zod';
import { openDatabase } from '../../shared/database.ts';
import { Metadata } from '../../shared/events/define-event.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { causedBy } from './cause.ts';
import { deadlineOf } from './deadline.ts';
import { TablesEnv } from './env.ts';
import { refundOverpaid } from './overpaid.ts';
import { createRefundStore } from './store.ts';

/** A cancellation, or a payment of an order. */
const OrderEvent = {
  envelope: z.object({ detail: z.object({ metadata: Metadata, data: z.object({ orderId: z.string() }) }) }),
};

const refund = refundOverpaid(createRefundStore(openDatabase(), TablesEnv.parse(process.env)), deadlineOf);

export const handler = queueHandler(OrderEvent, ({ detail: { metadata, data } }) =>
  refund(data.orderId, causedBy(metadata, Date.now())),
);
