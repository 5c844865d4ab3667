import { decide, type MovementContext } from '../../../functions/stock-update/stock/decide.ts';
import { type StockSnapshot, transitSortKey } from '../../../functions/stock-update/stock/snapshot.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import type { StockItem, WarehouseStock } from '../../../shared/stock/stock-item.ts';
import { aMovement, aStock, noon } from '../../support/builders.ts';
import { lotSortKey } from '../../../shared/stock/lot.ts';

/** 20 on hand in `main`: 3 reserved, 1 damaged, 4 in inspection, 2 safety stock, 10 available; counted on 2 March. */
const main: WarehouseStock = {
  onHand: 20,
  reserved: 3,
  unavailable: 7,
  available: 10,
  damaged: 1,
  inspection: 4,
  safetyStock: 2,
  countedAt: '2026-03-02T12:00:00.000Z',
};
const lots = new Map(
  [
    { sku: 'MUG', warehouse: 'main', lot: 'L1', units: 5, expiresOn: '2026-06-30' },
    { sku: 'MUG', warehouse: 'main', lot: 'L2', units: 5 },
    { sku: 'MUG', warehouse: 'main', lot: 'L3', units: 5, unavailable: 2 },
  ].map((lot) => [lotSortKey(lot.warehouse, lot.lot), lot]),
);
const transits = new Map(
  [
    { sku: 'MUG', transferId: 'T1', from: 'north', units: 6 },
    { sku: 'MUG', transferId: 'T1', from: 'north', units: 2, lot: 'L9', expiresOn: '2026-09-30' },
  ].map((transit) => [transitSortKey(transit.transferId, transit.lot), transit]),
);
const stocked: StockItem = { sku: 'MUG', warehouses: { main } };
/** 20 units on hand without reservations, with a release at this time. */
export const releasedAt = (givenUpAt: string): StockSnapshot => ({
  stock: { ...aStock('MUG', { main: 20 }), givenUpAt },
  lots: new Map(),
  transits: new Map(),
});
export const contextOf = ({
  stock = stocked,
  ...given
}: Partial<MovementContext> & { stock?: StockItem | undefined } = {}): MovementContext => ({
  isInCatalogue: true,
  appliedHash: undefined,
  snapshot: { stock, lots, transits },
  ...given,
});
export const decided = (movement: Partial<Movement>, context = contextOf()) =>
  decide(aMovement(movement), 'hash', context, noon);
export const after = (movement: Partial<Movement>, context = contextOf()) => {
  const decision = decided(movement, context);
  return decision.kind === 'apply' ? decision.change.after : decision;
};
