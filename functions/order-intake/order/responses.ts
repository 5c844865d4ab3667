import * as z from 'zod';
import { problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import type { OutboxItem } from '../../../shared/dynamodb/outbox.ts';
import type { Decision, PlacedOrder } from '../placement/decide.ts';
import { answerOf } from './order-item.ts';
import type { OrderStore } from '../placement/store.ts';

export const unknownOrder = problem(404, 'not-found', 'There is no such order.');
export const notAChannel = problem(403, 'not-a-channel', 'This client is not a channel that places orders.');
export const badCursor = problem(400, 'invalid-cursor', 'The cursor is not one of this query.');

export const locationOf = (orderId: string) => ({ location: `/orders/${orderId}` });

/** The first answer; a replay gives the same body again. */
const firstAnswer = (status: 200 | 201, order: PlacedOrder, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { ...locationOf(order.orderId), ...headers },
  body: answerOf(order),
});

/** What a caller is told about an order that it sent; the store has the one that it sent before. */
export async function replyTo(
  decision: Decision,
  orderId: string,
  store: Pick<OrderStore, 'placed'>,
): Promise<HttpResponse> {
  switch (decision.kind) {
    case 'accepted':
      return firstAnswer(201, decision.order);
    case 'already-placed':
      return firstAnswer(200, await store.placed(orderId, decision.placedEventId), { 'idempotent-replayed': 'true' });
    case 'order-conflict':
      return problem(
        409,
        'order-conflict',
        'An order with this external id was placed with other content.',
        { orderId },
        locationOf(orderId),
      );
    case 'out-of-stock': {
      const { lines } = decision;
      return problem(409, 'out-of-stock', `There is not enough stock of ${lines.length} SKU(s).`, { lines });
    }
    default: {
      const { type, detail, errors, lines } = decision;
      return problem(422, type, detail, { errors, ...(lines && { lines }) });
    }
  }
}

const Detail = z.object({
  metadata: z.object({ eventId: z.string(), occurredAt: z.string(), actor: z.string() }),
  data: z.record(z.string(), z.unknown()),
});
const personal = new Set(['customer', 'shippingAddress', 'billingAddress', 'note']);

/** An event as an order's timeline shows it: what an order itself does not show of a person is left out. */
export function timelineEntry({ detailType, detail }: OutboxItem) {
  const { metadata, data } = Detail.parse(JSON.parse(detail));
  const { eventId, occurredAt, actor } = metadata;
  const shown = Object.fromEntries(Object.entries(data).filter(([name]) => !personal.has(name)));
  return { eventId, type: detailType, occurredAt, actor, data: shown };
}
