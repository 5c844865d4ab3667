import { problem } from '../../../shared/contracts/problem.ts';
import { shortUnitsIn, type StockItem, type WarehouseStock } from '../../../shared/stock/stock-item.ts';
import type { Transit } from './snapshot.ts';
import type { Lot } from '../../../shared/stock/lot.ts';

export const unknownSku = problem(404, 'unknown-sku', 'The catalogue does not have this SKU.');

/** Units by the reason why they are unavailable. */
const unavailableBy = ({ damaged = 0, inspection = 0, safetyStock = 0, expired = 0 }: WarehouseStock) => ({
  damaged,
  inspection,
  safetyStock,
  expired,
});

/** Counters of a SKU in total and by warehouse, sorted by name. */
export function stockResponse(sku: string, stock: StockItem | undefined) {
  const warehouses = Object.entries(stock?.warehouses ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([warehouse, counters]) => {
      const { onHand, reserved, unavailable, available } = counters;
      const by = unavailableBy(counters);
      return {
        warehouse,
        onHand,
        reserved,
        unavailable,
        available,
        shortUnits: shortUnitsIn(counters),
        unavailableBy: by,
      };
    });
  const total = (units: (warehouse: (typeof warehouses)[number]) => number) =>
    warehouses.reduce((sum, warehouse) => sum + units(warehouse), 0);
  return {
    sku,
    onHand: total(({ onHand }) => onHand),
    reserved: total(({ reserved }) => reserved),
    unavailable: total(({ unavailable }) => unavailable),
    available: total(({ available }) => available),
    shortUnits: total(({ shortUnits }) => shortUnits),
    unavailableBy: {
      damaged: total((each) => each.unavailableBy.damaged),
      inspection: total((each) => each.unavailableBy.inspection),
      safetyStock: total((each) => each.unavailableBy.safetyStock),
      expired: total((each) => each.unavailableBy.expired),
    },
    warehouses,
  };
}

/** A lot on the day `today`; lots that expire before the day `cutoff` are not sold. */
export const lotResponse = (
  { warehouse, lot, units, unavailable = 0, expiresOn }: Lot,
  today: string,
  cutoff: string,
) => ({
  warehouse,
  lot,
  units,
  unavailable,
  expiresOn,
  isExpired: expiresOn !== undefined && expiresOn < today,
  isSold: expiresOn === undefined || expiresOn >= cutoff,
});

/** Units in transit, in total and by transfer and lot. */
export function inTransitResponse(transits: Iterable<Transit>) {
  const open = [...transits].filter(({ units }) => units > 0);
  return {
    units: open.reduce((sum, { units }) => sum + units, 0),
    transfers: open.map(({ transferId, from, units, lot, expiresOn }) => ({ transferId, from, units, lot, expiresOn })),
  };
}
