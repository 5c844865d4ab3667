import type { EventOf } from '../../shared/events/define-event.ts';
import type { OrderPlaced } from '../../shared/events/order.ts';
import type { OrderImported } from '../../shared/events/order-import.ts';
import type { RefundPaid } from '../../shared/events/refund.ts';
import type { HistoryStore } from './history-store.ts';
import type { RefundStore } from './store.ts';

type HistoryEvent = EventOf<typeof OrderPlaced> | EventOf<typeof OrderImported> | EventOf<typeof RefundPaid>;

/** Counts a customer's orders, and those that were refunded, for the policy to look at; each once, in any order. */
export const keepHistory =
  (history: HistoryStore, refunds: Pick<RefundStore, 'order'>) =>
  async (event: HistoryEvent): Promise<void> => {
    const { orderId } = event.detail.data;
    const isRefund = event['detail-type'] === 'RefundPaid';
    const order = isRefund ? await refunds.order(orderId) : event.detail.data;
    if (!order) throw new Error(`There is no order ${orderId}`);
    const customerId = order.customer.id;
    if (customerId === undefined) return;
    await history.countOrder(customerId, order);
    if (isRefund) await history.countRefunded(customerId, orderId);
  };
