import { type Attribute, type AttributeType, attributeTypes } from '../../../shared/catalog/attribute.ts';
import type { AttributeCell, productColumns } from '../../../shared/contracts/catalog/columns/product-columns.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { RowOf } from '../../../shared/csv/columns.ts';
import type { CellPlaces, GroupRow } from '../../../shared/csv/row-group.ts';

export type ProductRow = GroupRow<RowOf<typeof productColumns>>;
/** Part of a content, unchecked, and what is wrong with its cells. */
export type Part<V> = { values: V[]; errors: FieldError[] };

/** The cells of attributes: one row for each, and for each material. */
export const attributeCells = (attributes: readonly Attribute[]): AttributeCell[] =>
  attributes.flatMap((attribute): AttributeCell[] => {
    const { name, type } = attribute;
    switch (attribute.type) {
      case 'text':
        return [{ name, type, value: attribute.value }];
      case 'number':
        return [{ name, type, value: attribute.value, detail: attribute.unit }];
      case 'colour':
        return [{ name, type, value: attribute.value, detail: attribute.hex }];
      case 'size':
        return [{ name, type, value: attribute.value, detail: attribute.system }];
      case 'material':
        return attribute.value.map(({ material, percent }) => ({ name, type, value: material, detail: percent }));
      default:
        return attribute satisfies never;
    }
  });

/** The member of an attribute that `attributeDetail` has. */
const detailNames: Record<AttributeType, string | undefined> = {
  text: undefined,
  number: 'unit',
  colour: 'hex',
  size: 'system',
  material: 'percent',
};

/** The attributes of a product or of one variant, at `path` of its content. Rows of the materials of one are one attribute. */
export function attributesOfRows(rows: readonly ProductRow[], path: string, places: CellPlaces): Part<object> {
  const values: { name: string; type: AttributeType; value: unknown }[] = [];
  const errors: FieldError[] = [];
  for (const each of rows) {
    const read = attributeOf(each, places);
    if (!read) continue;
    if ('error' in read) {
      errors.push(read.error);
      continue;
    }
    const { name, type, value, detailName, detail } = read;
    const own = detail !== undefined && detailName !== undefined ? { [detailName]: detail } : {};
    const joined = type === 'material' ? values.findIndex((other) => other.name === name && other.type === type) : -1;
    const pointer = `${path}/${joined < 0 ? values.length : joined}`;
    const materials = joined < 0 ? [] : values[joined]?.value;
    if (joined < 0) setPlaces(pointer, each.row, detailName, places);
    if (type !== 'material') values.push({ name, type, value, ...own });
    else if (Array.isArray(materials)) {
      setMaterialPlaces(`${pointer}/value/${materials.length}`, each.row, places);
      materials.push({ material: value, ...own });
      if (joined < 0) values.push({ name, type, value: materials });
    }
  }
  return { values, errors };
}

function setPlaces(pointer: string, row: number, detailName: string | undefined, places: CellPlaces): void {
  places.set(pointer, row, 'attribute');
  places.set(`${pointer}/type`, row, 'attributeType');
  places.set(`${pointer}/value`, row, 'attributeValue');
  if (detailName !== undefined) places.set(`${pointer}/${detailName}`, row, 'attributeDetail');
}

function setMaterialPlaces(pointer: string, row: number, places: CellPlaces): void {
  places.set(pointer, row, 'attributeValue');
  places.set(`${pointer}/percent`, row, 'attributeDetail');
}

/** The attribute of a row; undefined if it has none. */
function attributeOf({ row, cells }: ProductRow, places: CellPlaces) {
  const { attribute: name, attributeType: type, attributeValue: text, attributeDetail: detail } = cells;
  const errorAt = (column: string, problem: string) => ({ error: places.errorAt(row, column, problem) });
  if (name === undefined) {
    const given = ([type, text, detail] as const).some((cell) => cell !== undefined);
    return given ? errorAt('attribute', 'The cell is empty, but the row has type, value or detail of one') : undefined;
  }
  if (type === undefined)
    return errorAt('attributeType', `The cell is empty. The types are ${attributeTypes.join(', ')}`);
  if (text === undefined) return errorAt('attributeValue', 'The cell is empty');
  const value = type === 'number' ? numberOf(text) : text;
  if (value === undefined)
    return errorAt('attributeValue', `Not a number; write it like 1.5, not "${text.slice(0, 64)}"`);
  const detailName = detailNames[type];
  if (detail === undefined) return { name, type, value, detailName };
  if (detailName === undefined) return errorAt('attributeDetail', `An attribute of type ${type} has none; remove it`);
  const shown = type === 'material' ? numberOf(detail) : detail;
  if (shown === undefined)
    return errorAt('attributeDetail', `Not a whole percent; write it like 80, not "${detail.slice(0, 64)}"`);
  return { name, type, value, detailName, detail: shown };
}

const numberOf = (text: string) => (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined);
