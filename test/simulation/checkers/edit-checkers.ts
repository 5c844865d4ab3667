import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import type { FinalState, CommittedEvent } from './final-state.ts';
import type { Checker } from './checkers.ts';
import { changesByOrder } from './life-cycle-checkers.ts';

const amounts = ['subtotalMinor', 'discountMinor', 'shippingMinor', 'taxMinor', 'totalMinor'] as const;
type Line = { lineId: string; quantity: number };
type Edited = { lines: { before: Line | null; after: Line | null }[]; differences: Record<string, number> };

/** Orders with the data of their `OrderPlaced` and `OrderEdited` events. */
const editedOrders = (state: FinalState) => {
  const changes = changesByOrder(state);
  const orders = new Map(state.orders.map((order) => [order.orderId, order]));
  return state.committed
    .filter(({ type }) => type === 'OrderPlaced')
    .flatMap(({ data: placed }) => {
      const order = orders.get(placed.orderId);
      const own = (changes.get(placed.orderId) ?? []).filter(({ type }) => type === 'OrderEdited');
      return order ? [{ order, placed, edits: own.map(({ data }): Edited => data) }] : [];
    });
};
type EditedOrder = { order: OrderItem; placed: CommittedEvent['data']; edits: Edited[] };

/** Units of an order less the units of its events, by line; only lines where they differ. */
function unitsWithoutEvent({ order, placed, edits }: EditedOrder): [lineId: string, units: number][] {
  const units = new Map<string, number>();
  const count = (lines: (Line | null)[], sign: 1 | -1) => {
    for (const line of lines) if (line) units.set(line.lineId, (units.get(line.lineId) ?? 0) + sign * line.quantity);
  };
  const changed = edits.flatMap(({ lines }) => lines);
  count(order.lines, 1);
  count(placed.lines, -1);
  count(
    changed.map(({ before }) => before),
    1,
  );
  count(
    changed.map(({ after }) => after),
    -1,
  );
  return [...units].filter(([, difference]) => difference !== 0);
}

const editsAddUp: Checker = {
  name: 'an order equals the placed order with its edits',
  violations: (state) =>
    editedOrders(state).flatMap((edited) => {
      const { order, placed, edits } = edited;
      const wrongAmounts = amounts.flatMap((amount) => {
        const sum = edits.reduce((total, { differences }) => total + (differences[amount] ?? 0), placed[amount]);
        return order[amount] === sum
          ? []
          : [`${order.orderId} has ${amount} ${order[amount]}, its events sum to ${sum}`];
      });
      const wrongUnits = unitsWithoutEvent(edited).map(
        ([lineId, units]) => `${order.orderId} has ${units} units of ${lineId} without an event`,
      );
      return wrongAmounts.concat(wrongUnits);
    }),
};

export const editCheckers = [editsAddUp];
