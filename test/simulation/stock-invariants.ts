import type { OrderItem } from '../../functions/order-intake/order-item.ts';
import type { Facts } from './facts.ts';
import type { Invariant } from './invariants.ts';

/** Every SKU's counters in every warehouse. */
const places = ({ stock }: Facts) =>
  stock.flatMap(({ sku, warehouses }) =>
    Object.entries(warehouses).map(([warehouse, counters]) => ({ sku, warehouse, counters })),
  );

const movementsOf = ({ committed }: Facts) => committed.filter(({ type }) => type === 'StockMoved');

/** Sum of something by SKU and warehouse. */
function sums<T>(items: readonly T[], keyAndUnits: (item: T) => readonly [string, number]): Map<string, number> {
  const found = new Map<string, number>();
  for (const item of items) {
    const [key, units] = keyAndUnits(item);
    found.set(key, (found.get(key) ?? 0) + units);
  }
  return found;
}

/** Statuses in which an order holds nothing, since it has left or will not. */
const closed = new Set(['cancelled', 'expired', 'shipped', 'delivered', 'completed']);
const openLines = (order: OrderItem) => (closed.has(order.status) ? [] : order.lines);

const neverNegative: Invariant = {
  name: 'nothing is sold that is not there: available is never negative',
  breaches: (facts) =>
    places(facts)
      .filter(({ counters }) => counters.available < 0)
      .map(({ sku, warehouse, counters }) => `${sku} in ${warehouse} has ${counters.available} available`),
};

const availableIsDerived: Invariant = {
  name: 'available is on hand less reserved less unavailable',
  breaches: (facts) =>
    places(facts)
      .filter(({ counters: c }) => c.available !== c.onHand - c.reserved - c.unavailable)
      .map(
        ({ sku, warehouse, counters: c }) =>
          `${sku} in ${warehouse} has ${c.available} available of ${c.onHand} on hand, ${c.reserved} reserved, ` +
          `${c.unavailable} unavailable`,
      ),
};

const ledgerAddsUp: Invariant = {
  name: 'the movements of a SKU sum to its counters',
  breaches: (facts) => {
    const onHand = sums(movementsOf(facts), ({ data }) => [`${data.sku} in ${data.warehouse}`, data.onHandDelta]);
    const unavailable = sums(movementsOf(facts), ({ data }) => [
      `${data.sku} in ${data.warehouse}`,
      data.unavailableDelta,
    ]);
    return places(facts).flatMap(({ sku, warehouse, counters }) => {
      const key = `${sku} in ${warehouse}`;
      const wrong = [
        ['on hand', counters.onHand, onHand.get(key) ?? 0],
        ['unavailable', counters.unavailable, unavailable.get(key) ?? 0],
      ] as const;
      return wrong
        .filter(([, counter, sum]) => counter !== sum)
        .map(([name, counter, sum]) => `${key} has ${counter} ${name}, its movements sum to ${sum}`);
    });
  },
};

const reservedIsOwed: Invariant = {
  name: 'what is reserved is what open orders wait for',
  breaches: (facts) => {
    const owed = sums(facts.orders.flatMap(openLines), (line) => [`${line.sku} in ${line.warehouse}`, line.quantity]);
    const reserved = new Map(
      places(facts).map(({ sku, warehouse, counters }) => [`${sku} in ${warehouse}`, counters.reserved]),
    );
    return [...new Set([...owed.keys(), ...reserved.keys()])]
      .filter((key) => (owed.get(key) ?? 0) !== (reserved.get(key) ?? 0))
      .map((key) => `${key} has ${reserved.get(key) ?? 0} reserved, open orders wait for ${owed.get(key) ?? 0}`);
  },
};

const movementsOnce: Invariant = {
  name: 'a movement is applied once, and only if its caller may think so',
  breaches: (facts) => {
    const applied = Map.groupBy(movementsOf(facts), ({ data }) => String(data.movementId));
    const told = Map.groupBy(facts.witness.movements, ({ sent }) => sent.movementId);
    const twice = [...applied].filter(([, events]) => events.length > 1);
    return [
      ...twice.map(([id, events]) => `${id} was applied ${events.length} times`),
      ...[...told].flatMap(([id, answers]) =>
        answers.some(({ status }) => status !== 'rejected') && !applied.has(id)
          ? [`${id} was told as applied, and is in no ledger`]
          : [],
      ),
    ];
  },
};

export const stockInvariants = [neverNegative, availableIsDerived, ledgerAddsUp, reservedIsOwed, movementsOnce];
