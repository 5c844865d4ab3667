import * as z from 'zod';
import type { OutboxItem } from '../../../shared/dynamodb/outbox.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

const Detail = z.object({
  metadata: z.object({ eventId: z.string(), occurredAt: z.string() }),
  data: z.looseObject({}),
});

/** The text of each event for the customer. Other events are internal and not listed. */
const texts: Record<string, string> = {
  RefundRequested: 'We received your request.',
  RefundAmended: 'Your request was changed.',
  RefundReminded: 'Your request is waiting for a decision. We sent a reminder.',
  RefundEscalated: 'Your request is waiting for a decision. We passed it to a lead.',
  RefundApproved: 'Your refund was approved.',
  ReturnReceived: 'We received returned goods.',
  RefundReturnReceived: 'Your return is complete.',
  RefundRejected: 'Your refund was not approved.',
  RefundWithdrawn: 'The request was withdrawn.',
  RefundExpired: 'The request expired.',
  ExchangeApproved: 'We are ordering your replacement.',
  ExchangeSettled: 'Your replacement is ordered.',
  ExchangeRefused: 'Your replacement is no longer available. You get the money instead.',
  RefundPayoutStarted: 'Your refund is being paid.',
  RefundPaid: 'Your refund was paid.',
  RefundPayoutFailed: 'The payment failed. We are looking into it.',
  StoreCreditGranted: 'You received the amount as store credit.',
  RefundCaseClosed: 'Your case is closed. How did we do, from 1 to 5?',
  CaseRated: 'Thank you for your rating.',
};

/** The events of a refund, the oldest first, as its customer may read them: without staff names and comments. */
export const timelineResponse = (events: readonly OutboxItem[]) =>
  events.flatMap(({ detailType, detail }) => {
    const text = ownValue(texts, detailType);
    if (text === undefined) return [];
    const { eventId, occurredAt } = Detail.parse(JSON.parse(detail)).metadata;
    return [{ eventId, type: detailType, occurredAt, text }];
  });
