import * as z from 'zod';
import { type Database, type Key, readBatch } from '../dynamodb/database.ts';
import { keysUnder } from '../dynamodb/query-pages.ts';
import { addReserved, type ReservedUnits } from '../stock/differences.ts';
import { reservationsOf } from '../stock/reservation.ts';
import { statusIndex } from './order-keys.ts';
import { OpenPlacement, openPlacements, reservedBy, StoredPlan } from './placement-item.ts';
import { openSettlements, remainingReservations, SettlementItem } from './settlement-item.ts';

/** Statuses of orders with reserved units. */
export const openStatuses: readonly string[] = [
  'placed',
  'payment-pending',
  'paid',
  'on-hold',
  'allocated',
  'partly-shipped',
];

const units = z.int().nonnegative().default(0);
/** The members of an order that are read. */
const Order = z.object({
  pk: z.string(),
  version: z.int(),
  status: z.string(),
  lines: z.array(
    z.object({
      sku: z.string(),
      warehouse: z.string(),
      quantity: z.int(),
      cancelledQuantity: units,
      shippedQuantity: units,
    }),
  ),
});
const Settlement = SettlementItem.extend({ pk: z.string() });

/** Reserved units found so far, and the versions of the counted orders by partition key. */
type Found = { open: ReservedUnits; versions: Map<string, number> };

/**
 * Returns a function that reads the units reserved by open orders, open placements and open settlements. It may miss an
 * order that changes during the read, and counts none twice.
 */
export function reservedUnitsReader(db: Database, orders: string) {
  const read = async (keys: Key[]): Promise<unknown[]> =>
    (await readBatch(db, { [orders]: keys }, true)).get(orders) ?? [];

  /** Read first, because a placement becomes an order. */
  async function addPlacements({ open, versions }: Found): Promise<void> {
    for await (const keys of keysUnder(db, orders, openPlacements, openPlacements.keysOf())) {
      for (const { pk, sk } of keys) {
        const items = await read([
          { pk, sk },
          { pk, sk: `${sk}#PLAN` },
        ]);
        const placement = items.map((item) => OpenPlacement.safeParse(item).data).find(Boolean);
        const plan = items.map((item) => StoredPlan.safeParse(item).data).find(Boolean);
        if (!placement || !plan) continue;
        versions.set(pk, 0);
        for (const reservation of reservedBy(placement, plan)) addReserved(open, reservation);
      }
    }
  }

  async function addOrders({ open, versions }: Found): Promise<void> {
    for await (const keys of keysUnder(db, orders, statusIndex, openStatuses.flatMap(statusIndex.keysOf))) {
      for (const item of await read(keys.filter(({ pk }) => !versions.has(pk)))) {
        const { pk, version, status, lines } = Order.parse(item);
        versions.set(pk, version);
        // The index is eventually consistent.
        if (!openStatuses.includes(status)) continue;
        for (const reservation of reservationsOf(lines.map(openPart))) addReserved(open, reservation);
      }
    }
  }

  /** Read last: an order that was counted before its change includes the units of its settlement. */
  async function addSettlements({ open, versions }: Found): Promise<void> {
    for await (const keys of keysUnder(db, orders, openSettlements, openSettlements.keysOf())) {
      for (const item of await read(keys)) {
        const settlement = Settlement.parse(item);
        if ((versions.get(settlement.pk) ?? Infinity) < settlement.version) continue;
        for (const reservation of remainingReservations(settlement)) addReserved(open, reservation);
      }
    }
  }

  return async (): Promise<ReservedUnits> => {
    const found: Found = { open: new Map(), versions: new Map() };
    await addPlacements(found);
    await addOrders(found);
    await addSettlements(found);
    return found.open;
  };
}

/** The line with its units that are neither cancelled nor shipped. */
const openPart = ({
  quantity,
  cancelledQuantity,
  shippedQuantity,
  ...line
}: z.infer<typeof Order>['lines'][number]) => ({
  ...line,
  quantity: quantity - cancelledQuantity - shippedQuantity,
});
