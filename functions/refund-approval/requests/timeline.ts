import * as z from 'zod';
import type { OutboxItem } from '../../../shared/dynamodb/outbox.ts';

const Detail = z.object({
  metadata: z.object({ eventId: z.string(), occurredAt: z.string() }),
  data: z.looseObject({}),
});

/** What each event means to the customer; events that are not here are the store's own business. */
const meanings: Record<string, string> = {
  RefundRequested: 'We have your request.',
  RefundAmended: 'Your request was changed.',
  RefundReminded: 'Your request waits for a decision; we asked for it again.',
  RefundEscalated: 'Your request waits for a decision; we asked a lead for it.',
  RefundApproved: 'Your refund was approved.',
  ReturnReceived: 'We have your goods.',
  RefundReturnReceived: 'Your return is complete.',
  RefundRejected: 'Your refund was not approved.',
  RefundWithdrawn: 'The request was withdrawn.',
  RefundExpired: 'The request ended without a decision.',
  ExchangeApproved: 'We are ordering what you get instead.',
  ExchangeSettled: 'What you get instead is ordered.',
  ExchangeRefused: 'What you wanted instead is not to be had any more: you get the money.',
  RefundPayoutStarted: 'The money is on its way.',
  RefundPaid: 'The money was sent back.',
  RefundPayoutFailed: 'The payment did not go through; we are looking into it.',
  StoreCreditGranted: 'You have the amount as credit with us.',
  RefundCaseClosed: 'Your case is closed. How did we do, from 1 to 5?',
  CaseRated: 'Thank you for your answer.',
};

/** The steps of a refund, oldest first, as its customer may read them: no names, no comments of staff. */
export const timelineResponse = (events: readonly OutboxItem[]) =>
  events.flatMap(({ detailType, detail }) => {
    const text = meanings[detailType];
    if (text === undefined) return [];
    const { eventId, occurredAt } = Detail.parse(JSON.parse(detail)).metadata;
    return [{ eventId, type: detailType, occurredAt, text }];
  });
