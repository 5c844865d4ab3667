import * as z from 'zod';
import { Sku } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

const source = 'storeworks.stock-update';
const Repair = z.object({ auditId: z.string(), repairId: z.string(), reason: z.string() });

/** Somebody wants the differences of an audit set right; those of `skus` only if it is there. */
export const StockRepairRequested = defineEvent(
  source,
  'StockRepairRequested',
  Repair.extend({ skus: z.array(Sku).optional() }),
);

/**
 * A repair is over: in how many warehouses of SKUs counters were set right, were right already, or differ by something
 * else than the audit found. What was corrected is told by `StockMoved` of the type `audit-correction`, and listed in
 * `file` in the reports bucket.
 */
export const StockRepaired = defineEvent(
  source,
  'StockRepaired',
  Repair.extend({ repaired: z.int(), alreadyRight: z.int(), movedOn: z.int(), file: z.string() }),
);
