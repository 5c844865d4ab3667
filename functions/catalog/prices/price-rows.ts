import type { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import { priceColumns } from '../../../shared/contracts/catalog/file-columns.ts';
import { SkuPricesContent } from '../../../shared/contracts/catalog/price-routes.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { type RowOf, rowParser } from '../../../shared/csv/columns.ts';
import { failedRow } from '../../../shared/lambda/uploaded-files.ts';
import type { StoredSku } from '../skus/decide.ts';
import { type PlanSku, saveMany } from '../skus/save-many.ts';
import type { CatalogStore, Priced } from '../skus/sku-store.ts';
import { mergePeriods } from './merge-periods.ts';
import type { WantedPeriod } from './plan-periods.ts';
import { listPricesOf, planPrices } from './plan-prices.ts';

/** A SKU has at most 100 prices with 50 breaks each in a list. */
const maxRowsOfGroup = 5000;

type PriceRow = RowOf<typeof priceColumns>;
type Outcome = { reason?: string | undefined; isChanged: boolean };
type Store = Pick<CatalogStore, 'load' | 'actions' | 'commit'>;
/** The rows of a SKU in a list, or why they cannot be read. */
type ListRows = { listId: string; sku: string; wanted: WantedPeriod[] | { problem: string } };

/** Files of prices: the rows of a SKU in a list are saved as one change, and its other prices stay. */
export const priceFile = (store: Store, guard: PriceGuard) => ({
  columns: priceColumns,
  parse: rowParser(priceColumns),
  keyOf: ({ listId = '', sku = '' }: Readonly<Record<string, string>>) => `${listId} ${sku}`,
  groupOf: ({ listId, sku }: PriceRow) => `${listId} ${sku}`,
  maxRowsOfGroup,

  async save(groups: readonly { content: PriceRow }[][], cause: Cause): Promise<Outcome[]> {
    const read = groups.map((group) => listRowsOf(group.map(({ content }) => content)));
    const bySku = Map.groupBy(read, ({ sku }) => sku);
    const plans = new Map(
      [...bySku].map(([sku, lists]): [string, PlanSku<Map<string, Outcome>>] => [
        sku,
        (priced) => planLists(sku, lists, priced, guard, cause),
      ]),
    );
    const failed = { reason: failedRow, isChanged: false };
    const outcomes = await saveMany(store, plans, cause, () => new Map<string, Outcome>());
    return read.map(({ sku, listId }) => outcomes.get(sku)?.get(listId) ?? failed);
  },
});

function listRowsOf(rows: readonly PriceRow[]): ListRows {
  const [first] = rows;
  const periods = [...Map.groupBy(rows, ({ from, until }) => `${from} ${until}`).values()].map((own) => ({
    from: own[0]?.from,
    until: own[0]?.until,
    breaks: own.map(({ minQuantity, unitPriceMinor }) => ({ minQuantity, unitPriceMinor })),
  }));
  const parsed = SkuPricesContent.safeParse({ prices: periods });
  const problem = parsed.error?.issues.map(({ path, message }) => `${path.join('/')}: ${message}`).join('; ');
  const wanted = parsed.success ? parsed.data.prices : { problem: `invalid: ${problem ?? ''}` };
  return { listId: first?.listId ?? '', sku: first?.sku ?? '', wanted };
}

/** Plans the changes of a SKU in several lists as one new version of it. */
function planLists(sku: string, lists: readonly ListRows[], priced: Priced, guard: PriceGuard, cause: Cause) {
  const current = priced.skus.get(sku);
  const now = Math.max(cause.now, Date.parse(current?.changedAt ?? '1970-01-01T00:00:00Z'));
  const result = new Map<string, Outcome>();
  let next: StoredSku | undefined;
  for (const { listId, wanted } of lists) {
    const skus = next ? new Map([[sku, next]]) : priced.skus;
    const prices = listPricesOf({ ...priced, skus }, { listId, sku }, guard);
    if ('problem' in wanted) result.set(listId, { reason: wanted.problem, isChanged: false });
    else if (typeof prices === 'string') result.set(listId, { reason: prices, isChanged: false });
    else {
      const plan = planPrices(prices, { wanted: mergePeriods(prices.stored, wanted, now) }, now);
      if (plan.kind === 'write') next = { ...plan.next, version: (current?.version ?? 0) + 1 };
      const reason =
        'errors' in plan ? `${plan.kind}: ${plan.errors.map(({ detail }) => detail).join('; ')}` : undefined;
      result.set(listId, { reason, isChanged: plan.kind === 'write' });
    }
  }
  return { result, ...(next && { write: { next, change: { current } } }) };
}
