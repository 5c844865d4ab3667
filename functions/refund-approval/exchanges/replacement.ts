import type { Cause, EventOf } from '../../../shared/contracts/define-event.ts';
import type { OrderPlaced, ReplacementRefused } from '../../../shared/contracts/orders/events.ts';
import { applyChange } from '../refund/apply.ts';
import { dropExchange, settleExchange } from './exchange.ts';
import type { RefundLedger } from '../refund/refund-ledger.ts';
import type { RefundItem } from '../refund/refund-item.ts';
import type { RefundStore } from '../refund/store.ts';

type ReplacementEvent = EventOf<typeof OrderPlaced> | EventOf<typeof ReplacementRefused>;

/** Takes down what became of a replacement, once. Throws where it fits no exchange that waits for it. */
export const endExchange =
  (store: Pick<RefundStore, 'refund' | 'account' | 'commit'>) =>
  async (event: ReplacementEvent, cause: Cause): Promise<void> => {
    const { exchangeOf } = event.detail.data;
    if (!exchangeOf) throw new Error(`${event.detail.data.orderId} replaces nothing`);
    const decide = (refund: RefundItem, account: RefundLedger) =>
      event['detail-type'] === 'ReplacementRefused'
        ? dropExchange(refund, event.detail.data.reason)
        : settleExchange(refund, account, {
            ...event.detail.data,
            payments: event.detail.data.exchangeOf?.payments ?? [],
          });
    const outcome = await applyChange(store, exchangeOf.refundId, decide, cause);
    if (outcome?.kind === 'changed' || outcome?.kind === 'already-done') return;
    throw new Error(`${event.detail.data.orderId} replaces goods of ${exchangeOf.refundId}, which is ${outcome?.kind}`);
  };
