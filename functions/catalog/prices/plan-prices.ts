import type { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import type { StoredPriceList } from '../../../shared/catalog/price-list-snapshot.ts';
import { maxPriceEntries, type SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { isPermitted } from '../../../shared/contracts/entity-tag.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { PriceEntry } from '../../../shared/pricing/price-lists.ts';
import type { StoredSku } from '../skus/decide.ts';
import { floorOf, type PriceFloor, tooLowText } from '../skus/margin-check.ts';
import type { Approval } from '../../../shared/catalog/price-history.ts';
import type { Priced } from '../skus/sku-store.ts';
import { openPeriods, type Period, planPeriods, type WantedPeriod } from './plan-periods.ts';

/** Breaks of all prices of a SKU: its item stays small, because placing reads it. */
const maxBreaksOfSku = 500;
/** Prices that ended stay on the SKU for queued orders, which are priced as of their acceptance, and for quotes of a past time. */
const keptEndedDays = 31;
const dayMs = 86_400_000;

/** The prices of a SKU in one list. */
export type ListPrices = { list: StoredPriceList; sku: StoredSku; stored: Period[]; floor: PriceFloor | undefined };

export const unknownList = 'unknown-price-list';
export const unknownSku = 'unknown-sku';

/** What the store has about the prices of a SKU in a list, or which of both is unknown. */
export function listPricesOf(
  { skus, lists, categories }: Priced,
  { listId, sku: code }: { listId: string; sku: string },
  guard: PriceGuard,
): ListPrices | typeof unknownList | typeof unknownSku {
  const list = lists.find((each) => each.listId === listId);
  if (!list) return unknownList;
  const sku = skus.get(code);
  if (!sku) return unknownSku;
  const stored = periodsOf(sku.record, listId);
  return { list, sku, stored, floor: floorOf(sku.record, categories, guard) };
}

const periodsOf = ({ prices = [] }: SkuRecord, listId: string): Period[] =>
  prices.filter((entry) => entry.listId === listId).map(({ listId: _id, ...period }) => period);

/** What the entity tag of the prices in force and to come depends on. */
export const taggedPrices = (stored: readonly Period[], now: number) => {
  const open = openPeriods(stored, now);
  return { version: open.length, contentHash: contentHash(open) };
};

/** Why the prices were not compared with the cost, or the lowest price; undefined if no margin applies. */
export function marginOf({ list, floor }: Pick<ListPrices, 'list' | 'floor'>) {
  if (!floor) return undefined;
  if (list.currency === floor.currency) return { minPriceMinor: floor.minPriceMinor };
  return { notCompared: `The cost is in ${floor.currency}, the list in ${list.currency}` };
}

export type PlannedPrices =
  | { kind: 'unchanged' }
  | { kind: 'precondition-failed' }
  | { kind: 'invalid'; errors: FieldError[] }
  | { kind: 'below-margin'; errors: FieldError[] }
  | { kind: 'write'; next: StoredSku };

type Given = { wanted: readonly WantedPeriod[]; ifMatch?: string | undefined; approval?: Approval | undefined };

/** Plans the prices of a SKU in a list from `now` (milliseconds) on. */
export function planPrices(prices: ListPrices, { wanted, ifMatch, approval }: Given, now: number): PlannedPrices {
  const { list, sku, stored } = prices;
  if (!isPermitted(ifMatch, taggedPrices(stored, now))) return { kind: 'precondition-failed' };
  const plan = planPeriods(stored, wanted, now);
  if ('errors' in plan) return { kind: 'invalid', errors: plan.errors };
  if (contentHash(plan.periods) === contentHash(stored)) return { kind: 'unchanged' };
  const tooLow = approval ? [] : tooLowIn(wanted, prices, now);
  const entries = plan.periods.map(({ from, until, breaks }) => ({ listId: list.listId, from, until, breaks }));
  const others = (sku.record.prices ?? []).filter(({ listId }) => listId !== list.listId);
  const kept = withoutOldest([...others, ...entries], now);
  if (!kept) {
    const detail = `A SKU has at most ${maxPriceEntries} prices with ${maxBreaksOfSku} breaks in all lists. Send fewer future prices, or end prices of other lists.`;
    return { kind: 'invalid', errors: [{ pointer: '/prices', detail }] };
  }
  if (tooLow.length > 0) return { kind: 'below-margin', errors: tooLow };
  const next = { ...sku, record: { ...sku.record, prices: kept }, version: sku.version + 1 };
  return { kind: 'write', next };
}

/** The breaks that are new and below the floor. A price that stays as it is was accepted before. */
function tooLowIn(wanted: readonly WantedPeriod[], { list, stored, floor }: ListPrices, now: number): FieldError[] {
  if (!floor || list.currency !== floor.currency) return [];
  const accepted = new Set(openPeriods(stored, now).map(({ breaks }) => contentHash(breaks)));
  return wanted.flatMap(({ breaks }, index) =>
    accepted.has(contentHash(breaks))
      ? []
      : breaks.flatMap(({ unitPriceMinor }, each) =>
          unitPriceMinor < floor.minPriceMinor
            ? [{ pointer: `/prices/${index}/breaks/${each}/unitPriceMinor`, detail: tooLowText(unitPriceMinor, floor) }]
            : [],
        ),
  );
}

/** The entries that a SKU keeps, by list and start; without those that ended longest ago. Undefined if there are too many. */
function withoutOldest(entries: readonly PriceEntry[], now: number): PriceEntry[] | undefined {
  const endOf = ({ until }: PriceEntry) => (until === undefined ? Infinity : Date.parse(until));
  const kept = entries
    .filter((entry) => endOf(entry) > now - keptEndedDays * dayMs)
    .toSorted((a, b) => endOf(b) - endOf(a));
  const isTooMuch = () =>
    kept.length > maxPriceEntries || kept.reduce((sum, { breaks }) => sum + breaks.length, 0) > maxBreaksOfSku;
  while (isTooMuch()) {
    const oldest = kept.pop();
    if (!oldest || endOf(oldest) > now) return undefined;
  }
  return kept.toSorted((a, b) => (`${a.listId}\0${a.from}` < `${b.listId}\0${b.from}` ? -1 : 1));
}
