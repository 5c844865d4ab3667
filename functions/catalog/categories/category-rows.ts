import type { Category } from '../../../shared/catalog/category.ts';
import type { categoryColumns, CategoryLine } from '../../../shared/contracts/catalog/columns/category-columns.ts';
import { CategoryContent } from '../../../shared/contracts/catalog/category-routes.ts';
import { type FieldError, fieldErrors, inputs } from '../../../shared/contracts/problem.ts';
import type { RowOf } from '../../../shared/csv/columns.ts';
import { type CellPlaces, createCellPlaces, fieldsOfFirst, type GroupRow } from '../../../shared/csv/row-group.ts';

type CategoryRow = GroupRow<RowOf<typeof categoryColumns>>;

/** The fields that the first row of a category has. */
const fieldNames = ['name', 'parentId', 'position', 'requiredFields', 'minMarginBasisPoints', 'belowMargin'] as const;

/** The rows of a category: its fields in the first, and a rule about an attribute in each. */
export const rowsOfCategory = (category: Category): CategoryLine[] =>
  Array.from({ length: Math.max(1, category.attributes.length) }, (_, index) => ({
    categoryId: category.categoryId,
    category: index === 0 ? category : undefined,
    rule: category.attributes[index],
  }));

/** The rows of a category as the body of its PUT, or why they are refused. `places` has the cells of the content. */
export function categoryOfRows(
  rows: readonly [CategoryRow, ...CategoryRow[]],
): { places: CellPlaces; content: CategoryContent } | { reason: string } {
  const places = createCellPlaces(rows[0], rows.length);
  const first = fieldsOfFirst(rows, fieldNames, places);
  const rules = rulesOf(rows, places);
  const parsed = CategoryContent.safeParse({ ...first.fields, attributes: rules.values }, inputs);
  const errors = [...first.errors, ...rules.errors, ...(parsed.error ? fieldErrors(parsed.error) : [])];
  if (!parsed.success || errors.length > 0) return { reason: places.reasonOf(errors) };
  return { places, content: parsed.data };
}

function rulesOf(rows: readonly CategoryRow[], places: CellPlaces): { values: object[]; errors: FieldError[] } {
  const values: object[] = [];
  const errors: FieldError[] = [];
  for (const { row, cells } of rows) {
    const { attribute: name, attributeType: type, attributeOf: of, attributeRequired: required } = cells;
    if (name !== undefined) {
      const pointer = `/attributes/${values.length}`;
      places.set(pointer, row, 'attribute');
      places.set(`${pointer}/type`, row, 'attributeType');
      places.set(`${pointer}/of`, row, 'attributeOf');
      values.push({ name, type, ...(of !== undefined && { of }), ...(required !== undefined && { required }) });
    } else if (type !== undefined || of !== undefined || required !== undefined)
      errors.push(places.errorAt(row, 'attribute', 'The cell is empty, but the row has type, owner or need of one'));
  }
  return { values, errors };
}
