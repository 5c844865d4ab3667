import assert from 'node:assert';
import { productColumns } from '../../../shared/contracts/catalog/columns/product-columns.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { type RowOf, rowParser } from '../../../shared/csv/columns.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { isTransient } from '../../../shared/lambda/failed-records.ts';
import { failedRow } from '../../../shared/lambda/uploaded-files.ts';
import type { saveProduct } from './product-api.ts';
import { productOfRows } from './product-rows.ts';

const parallelProducts = 8;
/** Ninety variants with 20 attributes of up to ten materials, and those of the product. */
const maxRowsOfGroup = 20_000;

type Content = RowOf<typeof productColumns>;
type Outcome = { reason?: string | undefined; isChanged: boolean };
type Row = { row: number; content: Content };

const failed = { reason: failedRow, isChanged: false };

type Save = ReturnType<typeof saveProduct>;

/** Files of products: the rows of a product are saved as its PUT, or none of them. */
export const productFile = (save: Save) => ({
  columns: productColumns,
  keyOf: ({ productId = '' }: Readonly<Record<string, string>>) => productId,
  groupOf: ({ productId }: Content) => productId,
  maxRowsOfGroup,
  isWhole: true as const,
  parse: rowParser(productColumns),

  async save(groups: readonly Row[][], cause: Cause): Promise<Outcome[]> {
    const outcomes = await inParallel(parallelProducts, groups, (rows) => saveRows(save, rows, cause));
    if (!outcomes.some(({ isChanged }) => isChanged)) return outcomes;
    // A SKU may have left another product of the file meanwhile.
    for (const [index, { isInvalid }] of outcomes.entries())
      if (isInvalid) outcomes[index] = await saveRows(save, groups[index] ?? [], cause);
    return outcomes;
  },
});

async function saveRows(save: Save, rows: readonly Row[], cause: Cause): Promise<Outcome & { isInvalid?: true }> {
  const refused = (reason: string) => ({ reason, isChanged: false });
  const [first, ...others] = rows.map(({ row, content }) => ({ row, cells: content }));
  assert(first, 'A group has a row');
  const product = productOfRows([first, ...others]);
  if ('reason' in product) return refused(product.reason);
  try {
    const { saved } = await save(first.cells.productId, product.content, undefined, cause);
    switch (saved.kind) {
      case 'create':
      case 'replace':
        return { isChanged: true };
      case 'unchanged':
        return { isChanged: false };
      case 'precondition-failed':
        return refused(saved.kind);
      case 'invalid':
        return { ...refused(product.places.reasonOf(saved.errors)), isInvalid: true };
      default:
        return saved satisfies never;
    }
  } catch (error) {
    if (isTransient(error)) throw error;
    return failed;
  }
}
