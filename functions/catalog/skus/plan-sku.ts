import type { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import { MarginTooLow } from '../../../shared/contracts/catalog/price-events.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { type Decision, decide, type StoredSku } from './decide.ts';
import { floorOf, type PriceFloor, reportOf } from './margin-check.ts';
import type { Approval } from '../../../shared/catalog/price-history.ts';
import type { Priced, SkuChange } from './sku-store.ts';

type Given = { ifMatch?: string | undefined; approval?: Approval | undefined; priceGuard: PriceGuard };
type Write = Extract<Decision, { kind: 'create' | 'replace' }>;

export type PlannedSku =
  | Exclude<Decision, Write>
  | { kind: 'below-margin'; floor: PriceFloor; current: StoredSku | undefined }
  | { kind: 'write'; decision: Write; change: SkuChange };

/** Plans a PUT of a SKU: what is written, with a report of prices that a higher cost makes too low, or why nothing is. */
export function planSku(
  wanted: { record: SkuRecord; contentHash: string },
  { skus, lists, categories }: Priced,
  { ifMatch, approval, priceGuard }: Given,
  cause: Cause,
): PlannedSku {
  const decision = decide(wanted, skus.get(wanted.record.sku), ifMatch);
  if (!('next' in decision)) return decision;
  const { next, current } = decision;
  const floor = floorOf(next.record, categories, priceGuard);
  const { priceMinor, currency } = next.record;
  const isNewPrice = current?.record.priceMinor !== priceMinor || current.record.currency !== currency;
  const isTooLow = floor !== undefined && isNewPrice && priceMinor < floor.minPriceMinor;
  if (isTooLow && !approval) return { kind: 'below-margin', floor, current };
  const before = current && floorOf(current.record, categories, priceGuard);
  const report = current && reportOf(next.record, floor, before, lists, cause.now);
  const events = report && !isTooLow ? [newEvent(MarginTooLow, report, cause)] : [];
  return { kind: 'write', decision, change: { current, approval, events } };
}
