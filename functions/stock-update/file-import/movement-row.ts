import * as z from 'zod';
import { movementColumns } from '../../../shared/contracts/stock/file-columns.ts';
import { problemOf, rowParser } from '../../../shared/csv/columns.ts';
import type { TableRow } from '../../../shared/csv/read.ts';
import { Movement } from '../../../shared/stock/movement.ts';
import { type MovementSettings, unknownName } from '../stock/movement-settings.ts';

/** Values of the object metadata `open-orders`, the default for counts without the column `openOrders`. */
export const OpenOrders = z.enum(['included', 'deducted']);
export type OpenOrders = z.infer<typeof OpenOrders>;

/** `openOrders` is the default of the file. */
export type FileDefaults = { openOrders: OpenOrders | undefined } & MovementSettings;

const readCells = rowParser(movementColumns);

/** The movement of a row, or why the row is malformed. */
export function parseMovement(
  { fields, problem: unread = '' }: Pick<TableRow, 'fields' | 'problem'>,
  { openOrders, ...settings }: FileDefaults,
): { movement: Movement } | { problem: string } {
  if (!fields) return { problem: `invalid: ${unread}` };
  const cells = readCells(fields);
  if ('problem' in cells) return { problem: `invalid: ${cells.problem}` };
  const { content } = cells;
  const isDefaulted = openOrders !== undefined && content.type === 'count' && content.openOrders === undefined;
  const parsed = Movement.safeParse(isDefaulted ? { ...content, openOrders } : content);
  if (parsed.success) {
    const unknown = unknownName(parsed.data, settings);
    return unknown ? { problem: `invalid: ${unknown.field}: ${unknown.detail}` } : { movement: parsed.data };
  }
  return { problem: `invalid: ${problemOf(movementColumns, parsed.error.issues, fields)}` };
}
