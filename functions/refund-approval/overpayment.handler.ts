import * as z from 'zod';
import { Metadata } from '../../shared/contracts/define-event.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { expiryOf } from './deadlines/deadlines.ts';
import { ParsedOverpaymentEnv } from './env.ts';
import { refundOverpayment } from './overpayments/overpayment.ts';
import { causedBy } from './refund/change.ts';
import { request } from './requests/decide.ts';
import { createRequestStore } from './requests/request-store.ts';

/** An order event that may leave the order overpaid. */
const OrderEvent = {
  envelope: z.object({ detail: z.object({ metadata: Metadata, data: z.object({ orderId: z.string() }) }) }),
};

const { CALENDAR, ...tables } = ParsedOverpaymentEnv.parse(process.env);
const refund = refundOverpayment({
  store: createRequestStore(openDatabase(), tables),
  request,
  deadlineOf: ({ policy }, now) => expiryOf(policy.content.waiting, CALENDAR, now),
});

export const handler = queueHandler(OrderEvent, ({ detail: { metadata, data } }) =>
  refund(data.orderId, metadata.actor, causedBy(metadata, Date.now())),
);
