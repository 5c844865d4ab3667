import * as z from 'zod';
import { Metadata } from '../../shared/contracts/define-event.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { currentRefundCalendar } from '../../shared/settings/current-settings-store.ts';
import { expiryOf } from './deadlines/deadlines.ts';
import { ParsedOverpaymentEnv } from './env.ts';
import { refundOverpayment } from './overpayments/overpayment.ts';
import { causedBy } from './refund/change.ts';
import { request, type RequestSnapshot } from './requests/decide.ts';
import { createRequestStore } from './requests/request-store.ts';

/** An order event that may leave the order overpaid. */
const OrderEvent = {
  envelope: z.object({ detail: z.object({ metadata: Metadata, data: z.object({ orderId: z.string() }) }) }),
};

const { CALENDAR, ...tables } = ParsedOverpaymentEnv.parse(process.env);
const db = openDatabase();
const store = createRequestStore(db, tables);
const calendar = currentRefundCalendar(db, tables, CALENDAR);

export const handler = queueHandler(OrderEvent, async ({ detail: { metadata, data } }) => {
  const workingHours = await calendar();
  const deadlineOf = ({ policy }: RequestSnapshot, now: number) => expiryOf(policy.content.waiting, workingHours, now);
  const refund = refundOverpayment({ store, request, deadlineOf });
  await refund(data.orderId, metadata.actor, causedBy(metadata, Date.now()));
});
