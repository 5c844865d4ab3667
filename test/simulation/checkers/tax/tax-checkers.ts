import { store } from '../../../../infra/store.ts';
import type { OrderItem } from '../../../../functions/order-intake/order/order-item.ts';
import type { Checker } from '../checkers.ts';
import type { FinalState } from '../final-state.ts';

type Taxed = Pick<OrderItem, 'orderId' | 'taxes' | 'taxMinor' | 'totalMinor' | 'charges'>;

const pricesItself = new Map(
  Object.entries(store.clients).map(([name, client]) => [name, 'pricesItself' in client && client.pricesItself]),
);

function wrongTaxes({ orderId, taxes = [], taxMinor, totalMinor, charges = [] }: Taxed, what: string): string[] {
  const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
  const ofRates = sum(taxes.map((tax) => tax.taxMinor));
  const gross = ofRates + sum(taxes.map(({ taxableMinor }) => taxableMinor));
  const taxedMinor = totalMinor - sum(charges.map(({ amountMinor }) => amountMinor));
  return [
    ...(ofRates === taxMinor ? [] : [`${what} ${orderId} has tax ${taxMinor}, its rates sum to ${ofRates}`]),
    ...(gross === taxedMinor ? [] : [`${what} ${orderId} costs ${taxedMinor}, its rates apply to ${gross} with tax`]),
  ];
}

/** What is wrong with the taxes of orders and of their first events. */
export function wrongTaxesOf({
  orders,
  committed,
}: {
  orders: readonly (Taxed & Pick<OrderItem, 'channel' | 'imported'>)[];
  committed: FinalState['committed'];
}): string[] {
  const taxed = orders.filter(({ taxes }) => taxes !== undefined);
  const placed = committed.filter(({ type, data }) => type === 'OrderPlaced' && data.taxes !== undefined);
  return [
    ...orders
      .filter(({ channel, imported, taxes }) => !taxes && !imported && !pricesItself.get(channel))
      .map(({ orderId, channel }) => `${orderId} of ${channel} has no tax by rate`),
    ...taxed.flatMap((order) => wrongTaxes(order, 'the order')),
    ...placed.flatMap(({ data }) => wrongTaxes(data, 'the event of')),
  ];
}

const taxesAddUp: Checker = {
  name: 'the taxes of an order by rate sum to its tax, and with the amounts without tax to its total',
  violations: wrongTaxesOf,
};

export const taxCheckers = [taxesAddUp];
