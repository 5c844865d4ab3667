import * as z from 'zod';
import { type Database, type Key, readBatch } from '../dynamodb/database.ts';
import { keysUnder } from '../dynamodb/query-pages.ts';
import { addReserved, type ReservedUnits } from '../stock/differences.ts';
import { reservationsOf } from '../stock/reservation.ts';
import { statusIndex } from './order-keys.ts';
import { reservedBy, OpenPlacement, openPlacements, StoredPlan } from './placement-item.ts';
import { openSettlements, SettlementItem, remainingReservations } from './settlement-item.ts';

/** The states in which an order holds units. */
const openStatuses = ['placed', 'payment-pending', 'paid', 'on-hold', 'allocated', 'partly-shipped'];

const units = z.int().nonnegative().default(0);
/** What is read of an order: no customer, no prices. */
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

/** What a pass over the orders has found; `versions` are those of the orders that it has counted, by partition. */
type Held = { open: ReservedUnits; versions: Map<string, number> };

/**
 * Reads what is reserved for orders: by those that are open, by those that are being placed in steps, and by changes
 * whose stock follows in steps. An order that changes meanwhile may be missed; none is counted twice.
 */
export function reservedUnitsReader(db: Database, orders: string) {
  const read = async (keys: Key[]): Promise<unknown[]> => (await readBatch(db, { [orders]: keys }, true))[orders] ?? [];

  /** First, as a placement becomes an order. */
  async function addPlacements({ open, versions }: Held): Promise<void> {
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
        for (const take of reservedBy(placement, plan)) addReserved(open, take);
      }
    }
  }

  async function addOrders({ open, versions }: Held): Promise<void> {
    for await (const keys of keysUnder(db, orders, statusIndex, openStatuses.flatMap(statusIndex.keysOf))) {
      for (const item of await read(keys.filter(({ pk }) => !versions.has(pk)))) {
        const { pk, version, status, lines } = Order.parse(item);
        versions.set(pk, version);
        // The index may lag behind.
        if (openStatuses.includes(status))
          for (const take of reservationsOf(lines.map(openPart))) addReserved(open, take);
      }
    }
  }

  /** Last, as an order that was counted before it changed holds what its settlement does. */
  async function addSettlements({ open, versions }: Held): Promise<void> {
    for await (const keys of keysUnder(db, orders, openSettlements, openSettlements.keysOf())) {
      for (const item of await read(keys)) {
        const settlement = Settlement.parse(item);
        if ((versions.get(settlement.pk) ?? Infinity) < settlement.version) continue;
        for (const take of remainingReservations(settlement)) addReserved(open, take);
      }
    }
  }

  return async (): Promise<ReservedUnits> => {
    const held: Held = { open: new Map(), versions: new Map() };
    await addPlacements(held);
    await addOrders(held);
    await addSettlements(held);
    return held.open;
  };
}

/** The units of a line that are neither cancelled nor shipped. */
const openPart = ({
  quantity,
  cancelledQuantity,
  shippedQuantity,
  ...line
}: z.infer<typeof Order>['lines'][number]) => ({
  ...line,
  quantity: quantity - cancelledQuantity - shippedQuantity,
});
