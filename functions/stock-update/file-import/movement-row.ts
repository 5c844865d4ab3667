import * as z from 'zod';
import { Movement } from '../../../shared/stock/movement.ts';

/** Values of the object metadata `open-orders`, the default for counts without the column `openOrders`. */
export const OpenOrders = z.enum(['included', 'deducted']);
export type OpenOrders = z.infer<typeof OpenOrders>;

const required = ['movementId', 'sku', 'warehouse', 'type', 'quantity'];
const optional = [
  'reason',
  'lot',
  'expiresOn',
  'occurredAt',
  'expectedOnHand',
  'openOrders',
  'from',
  'to',
  'transferId',
];
const columnNames = new Set([...required, ...optional]);
const numericColumns = new Set(['quantity', 'expectedOnHand']);

/** Why a header with these columns is invalid, or undefined. Columns may have any order. */
export function headerProblem(columns: readonly string[]): string | undefined {
  const missing = required.filter((name) => !columns.includes(name));
  const unknown = columns.filter((name) => !columnNames.has(name));
  if (missing.length > 0) return `The header lacks ${missing.join(', ')}`;
  if (unknown.length > 0)
    return `The header has the unknown column ${unknown.map((name) => JSON.stringify(name)).join(', ')}`;
  return new Set(columns).size < columns.length ? 'The header has a column twice' : undefined;
}

/** The movement of a row, or why the row is malformed. An empty cell is an absent field. */
export function parseRow(
  columns: readonly string[],
  cells: readonly string[],
  openOrders: OpenOrders | undefined,
): { movement: Movement } | { problem: string } {
  if (cells.length !== columns.length) return { problem: `invalid: ${cells.length} cells, not ${columns.length}` };
  const fields = columns.flatMap((name, index) => {
    const cell = (cells[index] ?? '').trim();
    return cell === '' ? [] : [[name, numericColumns.has(name) ? numberOf(cell) : cell] as const];
  });
  const row = Object.fromEntries(fields);
  if (openOrders && row['type'] === 'count') row['openOrders'] ??= openOrders;
  const parsed = Movement.safeParse(row);
  if (parsed.success) return { movement: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return { problem: `invalid: ${problems.join('; ')}` };
}

/** `Number` also accepts `0x10` and `1e3`, which a spreadsheet does not write. */
const numberOf = (cell: string) => (/^[+-]?\d+$/.test(cell) ? Number(cell) : cell);
