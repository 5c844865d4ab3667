import { channelAccessOf, isVisible } from '../../../shared/access/channel-access.ts';
import type { Offer } from '../../../shared/catalog/offer-store.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { RefundContent } from '../../../shared/contracts/refunds/refund-content.ts';
import type * as routes from '../../../shared/contracts/refunds/routes.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { refundIdOf } from '../../../shared/ids.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { unknownReason } from '../../../shared/settings/reason-lists.ts';
import type { Channels } from '../../../shared/store.ts';
import { applyChange, changeRetryBudgetMs } from '../refund/apply.ts';
import type { Outcome } from '../refund/change.ts';
import { outcomeResponse, unknownOrder, unknownRefund } from '../refund/responses.ts';
import { amend, rate, request, type RequestSnapshot, withdraw } from './decide.ts';
import { requestHash } from './request-hash.ts';
import type { RequestStore } from './request-store.ts';

/**
 * The routes of those who request refunds. `deadlineOf` returns the time at which a request made at `now` expires. A new
 * reason must be one of `reasons`; without them, any text is a reason.
 */
export function requestApi(
  store: RequestStore,
  channels: Channels,
  deadlineOf: (snapshot: RequestSnapshot, now: number) => string,
  offerOf: (skus: string[]) => Promise<Offer>,
  reasons?: readonly string[],
) {
  const isVisibleTo = (clientId: string, channel: string) => isVisible(channel, channelAccessOf(clientId, channels));

  const offerFor = async ({ exchange }: Pick<RefundContent, 'exchange'>) =>
    exchange && offerOf([...new Set(exchange.lines.map(({ sku }) => sku))]);

  const applyRequest = (
    target: { orderId: string; refundId: string; currency: string | undefined; reason: string },
    decide: (snapshot: RequestSnapshot) => Outcome,
    { caller, cause }: Pick<Request<typeof routes.requestRefund>, 'caller' | 'cause'>,
  ) =>
    retryOnConflict(changeRetryBudgetMs, async () => {
      const snapshot = await store.requestSnapshot(target, cause.now);
      if (!snapshot || !isVisibleTo(caller.clientId, snapshot.order.channel)) return 'unknown' as const;
      // A request that is repeated after its reason left the list keeps its response.
      const errors = snapshot.refund?.reason === target.reason ? [] : unknownReason(target.reason, reasons);
      const outcome: Outcome = errors.length > 0 ? { kind: 'invalid', errors } : decide(snapshot);
      if (outcome.kind !== 'changed') return outcome;
      return (await store.commit(outcome, snapshot, cause)) === 'done' ? outcome : undefined;
    });

  return {
    requestRefund: async (httpRequest: Request<typeof routes.requestRefund>): Promise<HttpResponse> => {
      const { body, caller, cause } = httpRequest;
      const { orderId, ...content } = body;
      const refundId = refundIdOf(orderId, content.requestId);
      const offer = await offerFor(content);
      const decide = (snapshot: RequestSnapshot) => {
        const deadlineAt = deadlineOf(snapshot, cause.now);
        const asked = {
          refundId,
          content,
          contentHash: requestHash(body, snapshot),
          by: caller.subject,
          now: cause.now,
        };
        return request({ ...asked, deadlineAt, offer }, snapshot);
      };
      const target = { orderId, refundId, currency: content.currency, reason: content.reason };
      const outcome = await applyRequest(target, decide, httpRequest);
      return outcome === 'unknown' ? unknownOrder : outcomeResponse(outcome, 201);
    },

    amendRefund: async (httpRequest: Request<typeof routes.amendRefund>): Promise<HttpResponse> => {
      const { params, body, caller, cause } = httpRequest;
      const refund = await store.refund(params.refundId);
      if (!refund) return unknownRefund;
      const { refundId, orderId, requestId, ledgerCurrency: currency } = refund;
      const offer = await offerFor(body);
      const decide = (snapshot: RequestSnapshot) => {
        const deadlineAt = deadlineOf(snapshot, cause.now);
        const hash = requestHash({ ...body, requestId, orderId }, snapshot);
        const content = { ...body, requestId };
        const asked = { refundId, content, contentHash: hash, by: caller.subject, now: cause.now };
        return amend({ ...asked, deadlineAt, offer }, snapshot);
      };
      const outcome = await applyRequest({ orderId, refundId, currency, reason: body.reason }, decide, httpRequest);
      return outcome === 'unknown' ? unknownRefund : outcomeResponse(outcome);
    },

    withdrawRefund: async ({ params, caller, cause }: Request<typeof routes.withdrawRefund>): Promise<HttpResponse> => {
      const refund = await store.refund(params.refundId);
      if (!refund || !isVisibleTo(caller.clientId, refund.channel)) return unknownRefund;
      return outcomeResponse(
        await applyChange(
          store,
          refund.refundId,
          (current, ledger) => withdraw(current, ledger, caller.subject),
          cause,
        ),
      );
    },

    rateRefund: async ({ params, body, caller, cause }: Request<typeof routes.rateRefund>): Promise<HttpResponse> => {
      const refund = await store.refund(params.refundId);
      if (!refund || !isVisibleTo(caller.clientId, refund.channel)) return unknownRefund;
      return outcomeResponse(
        await applyChange(store, refund.refundId, (current) => rate(current, body, cause.now), cause),
      );
    },
  };
}
