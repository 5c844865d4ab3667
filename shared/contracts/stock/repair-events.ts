import * as z from 'zod';
import { Sku } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

const source = 'storeworks.stock-update';
const Repair = z.object({ auditId: z.string(), repairId: z.string(), reason: z.string() });

/** A caller requested the repair of the differences of an audit, or only of those of `skus`. */
export const StockRepairRequested = defineEvent(
  source,
  'StockRepairRequested',
  Repair.extend({ skus: z.array(Sku).optional() }),
);

/**
 * A repair was completed. Counts are pairs of SKU and warehouse: repaired, already right, or different from the audit.
 * `StockMoved` of type `audit-correction` has the corrections; `file` is the key of their list in the reports bucket.
 */
export const StockRepaired = defineEvent(
  source,
  'StockRepaired',
  Repair.extend({ repaired: z.int(), alreadyRight: z.int(), movedOn: z.int(), file: z.string() }),
);
