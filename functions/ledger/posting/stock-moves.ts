import type { DataOf } from '../../../shared/contracts/define-event.ts';
import type { StockMoved } from '../../../shared/contracts/stock/events.ts';
import { accounts } from './accounts.ts';
import type { SkuMove } from './sku-cost.ts';

type Moved = DataOf<typeof StockMoved>;

/** Movement ids of returns that `refund-approval` received; `ReturnReceived` posts those. */
const ofReturns = /^rma_/;

/**
 * What a stock movement changes in inventory, by type; undefined if nothing. Shipments are posted with their orders.
 * Damage changes the status of units: their value leaves with the write-off. Units in transit are still owned.
 */
export function skuMoveOf(moved: Moved, base: { id: string; at: number }): SkuMove | undefined {
  const { type, onHandDelta: delta, movementId, unitCostMinor: unitCost } = moved;
  const changed = (account: string): SkuMove | undefined => {
    if (delta === 0) return undefined;
    return { kind: delta > 0 ? 'found' : 'out', ...base, units: Math.abs(delta), account };
  };
  switch (type) {
    case 'receipt':
      return { kind: 'receipt', ...base, units: delta, ...(unitCost !== undefined && { unitCost }) };
    case 'count':
    case 'adjustment':
      return changed(accounts.shrinkage);
    case 'write-off':
      return changed(accounts.writeOffs);
    case 'transit-loss':
      return { kind: 'out', ...base, units: -(moved.inTransitDelta ?? 0), account: accounts.writeOffs };
    case 'return':
      return ofReturns.test(movementId)
        ? undefined
        : { kind: 'returned', ...base, units: delta, account: accounts.costOfGoods };
    case 'damage':
    case 'transfer-out':
    case 'transfer-in':
    case 'status-change':
    case 'safety-stock':
    case 'expiry':
    case 'expiry-correction':
    case 'audit-correction':
    case 'shipment':
      return undefined;
    default:
      return type satisfies never;
  }
}
