import type { DataOf } from '../../../shared/contracts/define-event.ts';
import type { ExchangeApproved } from '../../../shared/contracts/refunds/events.ts';
import { orderIdOf } from '../../../shared/ids.ts';

type Approved = DataOf<typeof ExchangeApproved>;

/** Returns the data of an `ExchangeApproved` event with these replacement lines and payments. */
export const anApprovedExchange = (
  given: Pick<Approved, 'refundId' | 'externalOrderId' | 'lines' | 'payments'>,
): Approved => ({
  orderId: orderIdOf('storefront', given.externalOrderId),
  channel: 'storefront',
  currency: 'GBP',
  status: 'exchanging',
  reason: 'too-small',
  amountMinor: given.payments.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
  version: 2,
  ...given,
});
