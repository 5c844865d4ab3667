import type { ProductRecord } from '../../../shared/catalog/product.ts';
import type { ProductLine } from '../../../shared/contracts/catalog/columns/product-columns.ts';
import { ProductContent } from '../../../shared/contracts/catalog/product-routes.ts';
import { fieldErrors, inputs } from '../../../shared/contracts/problem.ts';
import { type CellPlaces, createCellPlaces, fieldsOfFirst } from '../../../shared/csv/row-group.ts';
import { attributeCells, attributesOfRows, type Part, type ProductRow } from './attribute-rows.ts';

/** The fields that the first row of a product has. */
const fieldNames = [
  'title',
  'description',
  'brand',
  'categoryId',
  'seoTitle',
  'seoDescription',
  'position',
  'status',
  'launchAt',
  'withdrawAt',
  'timeZone',
] as const;

/** The rows of a product: its fields with labels, media and attributes of its own, then its variants. */
export function rowsOfProduct(product: ProductRecord): ProductLine[] {
  const { productId, labels, media, attributes, variants } = product;
  const own = attributeCells(attributes);
  const first = Array.from({ length: Math.max(1, own.length, labels.length, media.length) }, (_, index) => ({
    productId,
    product: index === 0 ? product : undefined,
    label: labels[index],
    media: media[index],
    attribute: own[index],
  }));
  const ofVariants = variants.flatMap(({ sku, attributes: values }) => {
    const cells = attributeCells(values);
    return cells.length === 0 ? [{ productId, sku }] : cells.map((attribute) => ({ productId, sku, attribute }));
  });
  return [...first, ...ofVariants];
}

/** The rows of a product as the body of its PUT, or why they are refused. `places` has the cells of the content. */
export function productOfRows(
  rows: readonly [ProductRow, ...ProductRow[]],
): { places: CellPlaces; content: ProductContent } | { reason: string } {
  const places = createCellPlaces(rows[0], rows.length);
  const first = fieldsOfFirst(rows, fieldNames, places);
  const attributes = attributesOfRows(
    rows.filter(({ cells }) => cells.sku === undefined),
    '/attributes',
    places,
  );
  const [labels, media, variants] = [labelsOf(rows, places), mediaOf(rows, places), variantsOf(rows, places)];
  const parsed = ProductContent.safeParse(
    {
      ...first.fields,
      attributes: attributes.values,
      labels: labels.values,
      media: media.values,
      variants: variants.values,
    },
    inputs,
  );
  const ofCells = [first, attributes, labels, media, variants].flatMap(({ errors }) => errors);
  const errors = [...ofCells, ...(parsed.error ? fieldErrors(parsed.error) : [])];
  if (!parsed.success || errors.length > 0) return { reason: places.reasonOf(errors) };
  return { places, content: parsed.data };
}

function labelsOf(rows: readonly ProductRow[], places: CellPlaces): Part<string> {
  const labels = rows.flatMap(({ row, cells: { label } }) => (label === undefined ? [] : [{ row, label }]));
  for (const [index, { row }] of labels.entries()) places.set(`/labels/${index}`, row, 'label');
  return { values: labels.map(({ label }) => label), errors: [] };
}

function mediaOf(rows: readonly ProductRow[], places: CellPlaces): Part<object> {
  const found = rows.filter(({ cells }) => cells.mediaUrl !== undefined);
  const values = found.map(({ row, cells: { mediaUrl: url, mediaAlt: alt, mediaKind: kind } }, index) => {
    places.set(`/media/${index}`, row, 'mediaUrl');
    places.set(`/media/${index}/alt`, row, 'mediaAlt');
    return Object.fromEntries(Object.entries({ url, alt, kind }).filter(([, cell]) => cell !== undefined));
  });
  const errors = rows
    .filter(({ cells }) => cells.mediaUrl === undefined && (cells.mediaAlt ?? cells.mediaKind) !== undefined)
    .map(({ row }) => places.errorAt(row, 'mediaUrl', 'The cell is empty, but the row has alt or kind of one'));
  return { values, errors };
}

function variantsOf(rows: readonly ProductRow[], places: CellPlaces): Part<object> {
  const bySku = Map.groupBy(
    rows.filter(({ cells }) => cells.sku !== undefined),
    ({ cells }) => cells.sku,
  );
  const parts = [...bySku].map(([sku, own], index) => {
    const [first] = own;
    const pointer = `/variants/${index}`;
    if (first) places.set(pointer, first.row, 'sku');
    const repeated = own
      .slice(1)
      .filter(({ cells }) => cells.attribute === undefined)
      .map(({ row }) => places.errorAt(row, 'sku', `${sku} is in row ${first?.row} already. Remove one of them`));
    const { values, errors } = attributesOfRows(own, `${pointer}/attributes`, places);
    return { value: { sku, attributes: values }, errors: [...repeated, ...errors] };
  });
  return { values: parts.map(({ value }) => value), errors: parts.flatMap(({ errors }) => errors) };
}
