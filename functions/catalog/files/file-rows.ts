import type { Columns } from '../../../shared/csv/columns.ts';
import type { TableRow } from '../../../shared/csv/read.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';

/** A row with its number in the file, and the key that its result names. */
export type FileRow<C> = { row: number; key: string; content: C };
/** What became of a row: a `reason` rejects it. */
export type Outcome = { reason?: string | undefined; isChanged: boolean };

/** A kind of file. Up to `maxRowsOfGroup` rows with one `groupOf` are one change, and follow each other. */
export type FileKind<C> = {
  columns: Columns;
  /** The content of a row, or why it is malformed. */
  parse: (fields: Readonly<Record<string, string>>) => { content: C } | { problem: string };
  /** The key of a row, as far as it can be read. */
  keyOf: (fields: Readonly<Record<string, string>>) => string;
  groupOf: (content: C) => string;
  maxRowsOfGroup: number;
  /**
   * The rows of a group replace what they are about, so that a row of it that cannot be read refuses the group. Keys of rows
   * are then the names of their groups.
   */
  isWhole?: true;
  /**
   * Rows in memory that are saved at once.
   * @default 50,000
   */
  maxRowsAtOnce?: number;
  /** Saves groups of rows; the outcome of each group, in their order. Throws errors that concern all of them. */
  save: (groups: readonly FileRow<C>[][], cause: Cause) => Promise<Outcome[]>;
};

type Collected<C> = { row: TableRow; parsed: FileRow<C> } | { row: TableRow; key: string; problem: string };

/** A row of the file, parsed by its kind. */
export function parseRow<C>(kind: FileKind<C>, row: TableRow): Collected<C> {
  const { fields, problem } = row;
  if (!fields) return { row, key: '', problem: `invalid: ${problem ?? ''}` };
  const parsed = kind.parse(fields);
  const key = kind.keyOf(fields).trim().slice(0, 256);
  if ('problem' in parsed) return { row, key, problem: `invalid: ${parsed.problem}` };
  return { row, parsed: { row: row.row, key, content: parsed.content } };
}
