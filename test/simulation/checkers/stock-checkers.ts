import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import type { FinalState } from './final-state.ts';
import type { Checker } from './checkers.ts';

/** Every SKU's counters in every warehouse. */
const countersOf = ({ stock }: FinalState) =>
  stock.flatMap(({ sku, warehouses }) =>
    Object.entries(warehouses).map(([warehouse, counters]) => ({ sku, warehouse, counters })),
  );

const movementsOf = ({ committed }: FinalState) => committed.filter(({ type }) => type === 'StockMoved');

/** Sums of units by key. */
function sums<T>(items: readonly T[], keyAndUnits: (item: T) => readonly [string, number]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const item of items) {
    const [key, units] = keyAndUnits(item);
    totals.set(key, (totals.get(key) ?? 0) + units);
  }
  return totals;
}

/** Statuses in which an order has no reservations, whatever its lines contain. */
const closed = new Set(['cancelled', 'expired', 'completed']);
const openLines = (order: OrderItem) => (closed.has(order.status) ? [] : order.lines);
const openUnits = ({ quantity, cancelledQuantity = 0, shippedQuantity = 0 }: OrderItem['lines'][number]) =>
  quantity - cancelledQuantity - shippedQuantity;

const availableIsNotNegative: Checker = {
  name: 'no SKU is oversold: available is never negative',
  violations: (state) => {
    // A count of fewer units than orders reserve makes available negative, and so do lots that expire.
    const mayBeShort = new Set(
      movementsOf(state)
        .filter(({ data }) => (data.type === 'count' && data.onHandDelta < 0) || data.type === 'expiry')
        .map(({ data }) => `${data.sku} in ${data.warehouse}`),
    );
    return countersOf(state)
      .filter(({ sku, warehouse, counters }) => counters.available < 0 && !mayBeShort.has(`${sku} in ${warehouse}`))
      .map(({ sku, warehouse, counters }) => `${sku} in ${warehouse} has ${counters.available} available`);
  },
};

const availableIsDerived: Checker = {
  name: 'available equals on hand less reserved less unavailable',
  violations: (state) =>
    countersOf(state)
      .filter(({ counters: c }) => c.available !== c.onHand - c.reserved - c.unavailable)
      .map(
        ({ sku, warehouse, counters: c }) =>
          `${sku} in ${warehouse} has ${c.available} available of ${c.onHand} on hand, ${c.reserved} reserved, ` +
          `${c.unavailable} unavailable`,
      ),
};

const ledgerAddsUp: Checker = {
  name: 'the counters of a SKU are the sum of its movements',
  violations: (state) => {
    const onHand = sums(movementsOf(state), ({ data }) => [`${data.sku} in ${data.warehouse}`, data.onHandDelta]);
    const unavailable = sums(movementsOf(state), ({ data }) => [
      `${data.sku} in ${data.warehouse}`,
      data.unavailableDelta,
    ]);
    return countersOf(state).flatMap(({ sku, warehouse, counters }) => {
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

const reservedEqualsDemand: Checker = {
  name: 'reserved stock equals the demand of open orders',
  violations: (state) => {
    const demand = sums(state.orders.flatMap(openLines), (line) => [
      `${line.sku} in ${line.warehouse}`,
      openUnits(line),
    ]);
    const reserved = sums(countersOf(state), ({ sku, warehouse, counters }) => [
      `${sku} in ${warehouse}`,
      counters.reserved,
    ]);
    return differences(reserved, demand).map(
      ([key, units, sum]) => `${key} has ${units} reserved, open orders need ${sum}`,
    );
  },
};

const movementsApplyOnce: Checker = {
  name: 'a movement is applied once, and only if its response allows it',
  violations: (state) => {
    const applied = Map.groupBy(movementsOf(state), ({ data }) => String(data.movementId));
    const confirmed = Map.groupBy(state.observed.movements, ({ sent }) => sent.movementId);
    const twice = [...applied].filter(([, events]) => events.length > 1);
    return [
      ...twice.map(([id, events]) => `${id} was applied ${events.length} times`),
      ...[...confirmed].flatMap(([id, responses]) =>
        responses.some(({ status }) => status !== 'rejected') && !applied.has(id)
          ? [`${id} was confirmed as applied and is not in the ledger`]
          : [],
      ),
    ];
  },
};

const unavailableForAReason: Checker = {
  name: 'unavailable stock is damaged, in inspection or safety stock',
  violations: (state) =>
    countersOf(state).flatMap(({ sku, warehouse, counters }) => {
      const { unavailable, damaged = 0, inspection = 0, safetyStock = 0, expired = 0 } = counters;
      return damaged + inspection + safetyStock + expired === unavailable
        ? []
        : [
            `${sku} in ${warehouse}: ${unavailable} units are unavailable, but ${damaged} damaged, ${inspection} in inspection, ${safetyStock} safety stock and ${expired} expired`,
          ];
    }),
};

/** Units that a shipment took from lots. */
const lotsOf = ({ lots }: { lots: { lot: string; units: number }[] }) => lots;

const lotsAndTransfersAddUp: Checker = {
  name: 'lots and transfers equal the movements into them less the movements and shipments out of them',
  violations: (state) => {
    const moved = movementsOf(state).map(({ data }) => data);
    const inLots = moved.filter(({ lot, type }) => lot !== undefined && type !== 'count' && type !== 'expiry');
    const shipped = state.committed
      .filter(({ type }) => type === 'StockLotsShipped')
      .flatMap(({ data: { sku, warehouse, lots } }) =>
        lotsOf({ lots }).map(({ lot, units }) => ({ sku, warehouse, lot, onHandDelta: -units })),
      );
    const lotSums = sums([...inLots, ...shipped], ({ sku, warehouse, lot, onHandDelta }) => [
      `${sku} ${lot} in ${warehouse}`,
      onHandDelta,
    ]);
    const unavailableSums = sums(
      inLots,
      ({ sku, warehouse, lot, unavailableDeltas: { damaged = 0, inspection = 0 } = {} }) => [
        `${sku} ${lot} in ${warehouse} not available`,
        damaged + inspection,
      ],
    );
    const transfers = moved.filter(({ transferId }) => transferId !== undefined);
    const transitSums = sums(transfers, ({ sku, transferId, inTransitDelta }) => [
      `${sku} in transit in ${transferId}`,
      inTransitDelta,
    ]);
    const lots = sums(state.lots, ({ sku, warehouse, lot, units }) => [`${sku} ${lot} in ${warehouse}`, units]);
    const unavailableUnits = sums(state.lots, ({ sku, warehouse, lot, unavailable = 0 }) => [
      `${sku} ${lot} in ${warehouse} not available`,
      unavailable,
    ]);
    const transits = sums(state.transits, ({ sku, transferId, units }) => [
      `${sku} in transit in ${transferId}`,
      units,
    ]);
    const wrong = [
      differences(lots, lotSums),
      differences(unavailableUnits, unavailableSums),
      differences(transits, transitSums),
    ].flat();
    return wrong.map(([key, units, sum]) => `${units} ${key}, its movements sum to ${sum}`);
  },
};

const shipmentsLeaveTheWarehouse: Checker = {
  name: 'the stock of every shipment left its warehouse',
  violations: (state) => {
    const shipments = movementsOf(state).filter(({ data }) => data.type === 'shipment');
    const moved = sums(shipments, ({ data }) => [`${data.sku} in ${data.warehouse}`, -data.onHandDelta]);
    const lines = state.orders.flatMap((order) => order.lines);
    const shipped = sums(lines, (line) => [`${line.sku} in ${line.warehouse}`, line.shippedQuantity ?? 0]);
    return differences(shipped, moved).map(
      ([key, units, sum]) => `${units} of ${key} were shipped, ${sum} left the warehouse`,
    );
  },
};

/** Keys whose sums differ, with both sums. */
const differences = (one: Map<string, number>, other: Map<string, number>) =>
  [...new Set([...one.keys(), ...other.keys()])]
    .map((key) => [key, one.get(key) ?? 0, other.get(key) ?? 0] as const)
    .filter(([, a, b]) => a !== b);

export const stockCheckers = [
  availableIsNotNegative,
  availableIsDerived,
  unavailableForAReason,
  ledgerAddsUp,
  lotsAndTransfersAddUp,
  reservedEqualsDemand,
  shipmentsLeaveTheWarehouse,
  movementsApplyOnce,
];
