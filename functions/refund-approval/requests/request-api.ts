import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Offer } from '../../../shared/catalog/offer-store.ts';
import type { RefundContent } from '../../../shared/contracts/refunds/refund-content.ts';
import type * as routes from '../../../shared/contracts/refunds/routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { contentHash, refundIdOf } from '../../../shared/ids.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { outcomeResponse, unknownOrder, unknownRefund } from '../refund/responses.ts';
import { applyChange } from '../refund/apply.ts';
import { isVisibleTo } from '../refund/caller.ts';
import { rate } from '../refund/case.ts';
import type { Outcome } from '../refund/change.ts';
import { withdraw } from '../approvals/decide.ts';
import { amend, type RequestSnapshot, request } from './decide.ts';
import type { RefundStore } from '../refund/store.ts';

/** Others may ask for the same order's money at once, and each of them comes to an end. */
const patienceMs = 10_000;

/** What serves those who ask for refunds. `deadlineOf` tells when a request that is made now ends undecided. */
export function requestApi(
  store: RefundStore,
  channels: Channels,
  deadlineOf: (known: RequestSnapshot, now: number) => string,
  offerOf: (skus: string[]) => Promise<Offer>,
) {
  /** What is wanted instead, as it can be had now. */
  const offerFor = async ({ exchange }: Pick<RefundContent, 'exchange'>) =>
    exchange && offerOf([...new Set(exchange.lines.map(({ sku }) => sku))]);

  const ask = (orderId: string, refundId: string, decide: (known: RequestSnapshot) => Outcome, request: Asking) =>
    retryOnConflict(patienceMs, async () => {
      const known = await store.known(orderId, refundId);
      if (!known || !isVisibleTo(request.caller, channels, known.order.channel)) return 'unknown' as const;
      const outcome = decide(known);
      if (outcome.kind !== 'changed') return outcome;
      return (await store.commit(outcome, known, request.cause)) === 'done' ? outcome : undefined;
    });

  return {
    requestRefund: async (asking: Request<typeof routes.requestRefund>): Promise<HttpResponse> => {
      const { body, caller, cause } = asking;
      const { orderId, ...content } = body;
      const refundId = refundIdOf(orderId, content.requestId);
      const offer = await offerFor(content);
      const decide = (known: RequestSnapshot) => {
        const deadlineAt = deadlineOf(known, cause.now);
        const asked = { refundId, content, contentHash: contentHash(body), by: caller.subject, now: cause.now };
        return request({ ...asked, deadlineAt, offer }, known);
      };
      const outcome = await ask(orderId, refundId, decide, asking);
      return outcome === 'unknown' ? unknownOrder : outcomeResponse(outcome, 201);
    },

    amendRefund: async (asking: Request<typeof routes.amendRefund>): Promise<HttpResponse> => {
      const { params, body, caller, cause } = asking;
      const refund = await store.refund(params.refundId);
      if (!refund) return unknownRefund;
      const { refundId, orderId, requestId } = refund;
      const offer = await offerFor(body);
      const decide = (known: RequestSnapshot) => {
        const deadlineAt = deadlineOf(known, cause.now);
        const hash = contentHash({ ...body, requestId, orderId });
        const content = { ...body, requestId };
        const asked = { refundId, content, contentHash: hash, by: caller.subject, now: cause.now };
        return amend({ ...asked, deadlineAt, offer }, known);
      };
      const outcome = await ask(orderId, refundId, decide, asking);
      return outcome === 'unknown' ? unknownRefund : outcomeResponse(outcome);
    },

    withdrawRefund: async ({ params, caller, cause }: Request<typeof routes.withdrawRefund>): Promise<HttpResponse> => {
      const refund = await store.refund(params.refundId);
      if (!refund || !isVisibleTo(caller, channels, refund.channel)) return unknownRefund;
      return outcomeResponse(
        await applyChange(store, params.refundId, (now, account) => withdraw(now, account, caller.subject), cause),
      );
    },

    rateRefund: async ({ params, body, caller, cause }: Request<typeof routes.rateRefund>): Promise<HttpResponse> => {
      const refund = await store.refund(params.refundId);
      if (!refund || !isVisibleTo(caller, channels, refund.channel)) return unknownRefund;
      return outcomeResponse(await applyChange(store, refund.refundId, (current) => rate(current, body, cause.now), cause));
    },
  };
}

type Asking = Pick<Request<typeof routes.requestRefund>, 'caller' | 'cause'>;
