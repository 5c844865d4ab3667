import * as z from 'zod';
import { movementColumns } from '../../../shared/contracts/stock/file-columns.ts';
import { problemOf, rowParser } from '../../../shared/csv/columns.ts';
import type { TableRow } from '../../../shared/csv/read.ts';
import { Movement } from '../../../shared/stock/movement.ts';

/** Values of the object metadata `open-orders`, the default for counts without the column `openOrders`. */
export const OpenOrders = z.enum(['included', 'deducted']);
export type OpenOrders = z.infer<typeof OpenOrders>;

const readCells = rowParser(movementColumns);

/** The movement of a row, or why the row is malformed. */
export function parseMovement(
  { fields, problem = '' }: Pick<TableRow, 'fields' | 'problem'>,
  openOrders: OpenOrders | undefined,
): { movement: Movement } | { problem: string } {
  if (!fields) return { problem: `invalid: ${problem}` };
  const cells = readCells(fields);
  if ('problem' in cells) return { problem: `invalid: ${cells.problem}` };
  const { content } = cells;
  const isDefaulted = openOrders !== undefined && content.type === 'count' && content.openOrders === undefined;
  const parsed = Movement.safeParse(isDefaulted ? { ...content, openOrders } : content);
  if (parsed.success) return { movement: parsed.data };
  return { problem: `invalid: ${problemOf(movementColumns, parsed.error.issues, fields)}` };
}
