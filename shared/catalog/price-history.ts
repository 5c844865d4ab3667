import * as z from 'zod';
import type { PriceChanged } from '../contracts/catalog/price-events.ts';
import type { DataOf } from '../contracts/define-event.ts';
import { decodeSnapshot, encodeSnapshot } from '../settings/snapshot.ts';
import { changesOf, PriceState } from './price-state.ts';

/** Who requested and approved a change that needed a second person. */
export type Approval = { requestedBy: string; approvedBy: string };

const States = z.object({ before: PriceState.optional(), after: PriceState });

/** A change of the prices of a SKU in the table, beside its keys. */
export const HistoryItem = z
  .object({
    sk: z.string(),
    sku: z.string(),
    at: z.string(),
    by: z.string(),
    requestedBy: z.string().optional(),
    approvedBy: z.string().optional(),
    data: z
      .instanceof(Uint8Array)
      .transform((bytes) => decodeSnapshot(bytes))
      .pipe(States),
  })
  .transform(({ data, ...rest }) => ({ ...rest, ...data }));
export type PriceHistory = z.infer<typeof HistoryItem>;

/** The attributes of a change, without its keys. */
export const historyItem = (
  change: { sku: string; at: string; by: string; before: PriceState | undefined; after: PriceState },
  approval: Approval | undefined,
) => {
  const { before, after, ...rest } = change;
  return { ...rest, ...approval, data: encodeSnapshot({ before, after }) };
};

/** What changed in the prices and the cost of a SKU; undefined if nothing did. */
export function priceChangeOf(
  sku: string,
  before: PriceState | undefined,
  after: PriceState,
  approval: Approval | undefined,
): DataOf<typeof PriceChanged> | undefined {
  const { lists, cost } = changesOf(before, after);
  if (lists.length === 0 && !cost) return undefined;
  const costs = { currency: after.currency, beforeMinor: before?.costMinor, afterMinor: after.costMinor };
  return { sku, lists, ...(cost && { cost: costs }), ...approval };
}
