import type { Cause, EventOf } from '../../../shared/contracts/define-event.ts';
import type { OrderPlaced, ReplacementRefused } from '../../../shared/contracts/orders/events.ts';
import { applyChange } from '../refund/apply.ts';
import type { RefundItem } from '../refund/refund-item.ts';
import type { RefundLedger } from '../refund/refund-ledger.ts';
import type { RefundStore } from '../refund/store.ts';
import { convertToRefund, settleExchange } from './decide.ts';

type ReplacementEvent = EventOf<typeof OrderPlaced> | EventOf<typeof ReplacementRefused>;

/** Records once that a replacement was placed or refused. Throws if no exchange waits for it. */
export const recordReplacement =
  (store: Pick<RefundStore, 'refund' | 'ledger' | 'commit'>) =>
  async (event: ReplacementEvent, cause: Cause): Promise<void> => {
    const { orderId, exchangeOf } = event.detail.data;
    if (!exchangeOf) throw new Error(`${orderId} is not a replacement`);
    const decide = (refund: RefundItem, ledger: RefundLedger) =>
      event['detail-type'] === 'ReplacementRefused'
        ? convertToRefund(refund, event.detail.data.reason)
        : settleExchange(refund, ledger, {
            ...event.detail.data,
            payments: event.detail.data.exchangeOf?.payments ?? [],
          });
    const outcome = await applyChange(store, exchangeOf.refundId, decide, cause);
    if (outcome?.kind === 'changed' || outcome?.kind === 'already-done') return;
    throw new Error(`${orderId} replaces goods of refund ${exchangeOf.refundId}: ${outcome?.kind ?? 'not found'}`);
  };
