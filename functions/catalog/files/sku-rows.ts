import { skuColumns } from '../../../shared/contracts/catalog/file-columns.ts';
import { SkuContent } from '../../../shared/contracts/catalog/routes.ts';
import { problemOf, rowParser } from '../../../shared/csv/columns.ts';
import { contentHash } from '../../../shared/ids.ts';
import { failedRow } from '../../../shared/lambda/uploaded-files.ts';
import { tooLowText } from '../skus/margin-check.ts';
import { planSku } from '../skus/plan-sku.ts';
import { type PlanSku, saveMany } from '../skus/save-many.ts';
import { type Guard, taxCategoryProblem } from '../skus/sku-api.ts';
import type { CatalogStore } from '../skus/sku-store.ts';
import type { FileKind, Outcome } from './file-rows.ts';

type SkuRow = { sku: string; body: SkuContent };
type Store = Pick<CatalogStore, 'load' | 'actions' | 'commit'>;

const readCells = rowParser(skuColumns);

/** Files of SKUs: each row is saved as a PUT. */
export const skuFile = (store: Store, { taxCategories, priceGuard }: Guard): FileKind<SkuRow> => ({
  columns: skuColumns,
  keyOf: ({ sku = '' }) => sku,
  groupOf: ({ sku }) => sku,
  maxRowsOfGroup: 1,

  parse(fields) {
    const cells = readCells(fields);
    if ('problem' in cells) return cells;
    const { sku, ...content } = cells.content;
    const parsed = SkuContent.safeParse(content);
    if (!parsed.success) return { problem: problemOf(skuColumns, parsed.error.issues, fields) };
    const problem = taxCategoryProblem(parsed.data.taxCategory, taxCategories);
    return problem === undefined ? { content: { sku, body: parsed.data } } : { problem: `taxCategory: ${problem}` };
  },

  async save(groups, cause) {
    const rows = groups.flatMap((group) => group.slice(0, 1).map(({ content }) => content));
    const plans = new Map(
      rows.map(({ sku, body }): [string, PlanSku<Outcome>] => {
        const record = { sku, ...body };
        const wanted = { record, contentHash: contentHash(record) };
        return [
          sku,
          (priced) => {
            const planned = planSku(wanted, priced, { priceGuard }, cause);
            switch (planned.kind) {
              case 'write':
                return {
                  result: { isChanged: true },
                  write: { next: planned.decision.next, change: planned.change },
                };
              case 'unchanged':
                return { result: { isChanged: false } };
              case 'below-margin': {
                const reason = `below-margin: ${tooLowText(body.priceMinor, planned.floor)}`;
                return { result: { reason, isChanged: false } };
              }
              case 'precondition-failed':
                return { result: { reason: planned.kind, isChanged: false } };
              default:
                return planned satisfies never;
            }
          },
        ];
      }),
    );
    const outcomes = await saveMany(store, plans, cause, () => ({ reason: failedRow, isChanged: false }));
    return rows.map(({ sku }) => outcomes.get(sku) ?? { reason: failedRow, isChanged: false });
  },
});
