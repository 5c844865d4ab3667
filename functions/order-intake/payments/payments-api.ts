import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { postPayment } from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { timeProblem } from '../../../shared/names.ts';
import type { PaymentEvent } from '../../../shared/payments/payment.ts';
import { changeResponse } from '../order/change-api.ts';
import type { OrderItem } from '../order/order-item.ts';
import type { OrderStore } from '../order/order-store.ts';
import { recordPayment } from './record-payment.ts';

/** Serves the signed webhook of payment providers that send the store's own format. */
export const receivePayment =
  (store: OrderStore) =>
  async ({ params, body, cause }: Request<typeof postPayment>): Promise<HttpResponse> => {
    const detail = timeProblem(body.occurredAt, cause.now);
    if (detail === undefined) return recordNotification(store, params.provider, body, cause);
    return problem(422, 'invalid-content', detail, { errors: [{ pointer: '/occurredAt', detail }] });
  };

/** Records a provider's payment event and returns the webhook's response. */
export async function recordNotification(
  store: OrderStore,
  provider: string,
  { orderId, ...notification }: PaymentEvent,
  cause: Cause,
): Promise<HttpResponse> {
  const actor = `provider.${provider}`;
  const isSuspected = ({ suspectedDuplicates = [] }: OrderItem) =>
    suspectedDuplicates.some(
      ({ payment }) => payment.provider === provider && payment.eventId === notification.eventId,
    );
  const outcome = await recordPayment(store, orderId, { ...notification, provider }, { ...cause, actor });
  const response = (status: string): HttpResponse => ({
    status: 200,
    body: { orderId, eventId: notification.eventId, status },
  });
  switch (outcome.kind) {
    case 'stored':
      return response('waiting-for-order');
    case 'stored-as-suspected':
      return response('awaiting-decision');
    case 'changed':
      return response(isSuspected(outcome.order) ? 'awaiting-decision' : 'recorded');
    case 'already-stored':
    case 'already-done':
      return response('already-recorded');
    default:
      return changeResponse(outcome, cause.now, 200);
  }
}
