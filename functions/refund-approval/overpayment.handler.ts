import * as z from 'zod';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { Metadata } from '../../shared/contracts/define-event.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { causedBy } from './refund/cause.ts';
import { ParsedOverpaidEnv } from './env.ts';
import { refundOverpayment } from './overpayments/overpayment.ts';
import { createRefundStore } from './refund/store.ts';
import { expiryOf } from './deadlines/deadlines.ts';

/** A cancellation, or a payment of an order. */
const OrderEvent = {
  envelope: z.object({ detail: z.object({ metadata: Metadata, data: z.object({ orderId: z.string() }) }) }),
};

const { CALENDAR, ...tables } = ParsedOverpaidEnv.parse(process.env);
const refund = refundOverpayment(createRefundStore(openDatabase(), tables), ({ policy }, now) =>
  expiryOf(policy.content.waiting, CALENDAR, now),
);

export const handler = queueHandler(OrderEvent, ({ detail: { metadata, data } }) =>
  refund(data.orderId, causedBy(metadata, Date.now())),
);
