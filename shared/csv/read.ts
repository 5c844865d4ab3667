import type { Columns } from './columns.ts';
import { type Decoded, decodeFile, type Encoding } from './decode.ts';
import { headerOf, separatorOf, statedSeparator } from './header.ts';
import { maxRowLength } from './limits.ts';
import { createTokenizer, type Separator, type Tokens } from './tokenize.ts';

/**
 * A row below the header. `row` is the number that a spreadsheet shows: the header is usually row 1, blank rows count,
 * line breaks in a cell do not, and neither does a first line `sep=`.
 */
export type TableRow = {
  row: number;
  cells: readonly string[];
  /** Cells by column, without empty ones; undefined if the row has a problem. */
  fields?: Record<string, string>;
  problem?: string;
  /** The cells are only hints, because a quote or the length of the row is wrong. */
  isBroken?: true;
};
export type RowProblem = { row: number; reason: string };

/** Why a file was refused, with the row unless it is the first. */
export const refusalOf = ({ row, reason }: RowProblem): string => (row === 1 ? reason : `Row ${row}: ${reason}`);

export type TableEnd = {
  encoding: Encoding;
  separator: Separator;
  /** The file's columns, if its header is valid. */
  names?: readonly string[];
  /** Why no row was read. */
  refused?: RowProblem;
  /** The first row that could not be read, if nothing after it was read either. It was not passed to `onRows`. */
  unreadFrom?: RowProblem & { cells: readonly string[] };
};

const separatorNames = { ',': 'comma', ';': 'semicolon', '\t': 'tab' } as const;

/** What was detected in a file, for its summary, where it is not UTF-8 with commas. */
export const detectedFormat = ({ encoding, separator }: TableEnd) => ({
  ...(encoding !== 'UTF-8' && { encoding }),
  ...(separator !== ',' && { separator: separatorNames[separator] }),
});
export type DetectedFormat = ReturnType<typeof detectedFormat>;

/** Reading stops at the first row beyond a limit. */
type Limits = { maxRows?: number; maxCharacters?: number };

/** Rows in order, with the names of the file's columns. */
type OnRows = (rows: TableRow[], names: readonly string[]) => Promise<void> | void;

/**
 * Reads a CSV file with these columns, whatever is in it. Separator and encoding are detected. Throws only what the body
 * or `onRows` throw.
 */
export async function readTable(
  body: AsyncIterable<Uint8Array | string>,
  columns: Columns,
  onRows: OnRows,
  limits: Limits = {},
): Promise<TableEnd> {
  const table = createTable(columns, limits);
  for await (const decoded of decodeFile(body)) {
    const rows = table.write(decoded);
    if (rows.length > 0) await onRows(rows, table.names());
    if (table.isDone()) break;
  }
  const rows = table.end();
  if (rows.length > 0) await onRows(rows, table.names());
  return table.result();
}

function createTable(columns: Columns, { maxRows = Infinity, maxCharacters = Infinity }: Limits) {
  const end: TableEnd = { encoding: 'UTF-8', separator: ',' };
  let start = '';
  let tokenizer: ReturnType<typeof createTokenizer> | undefined;
  let row = 0;
  let rowsFound = 0;
  let characters = 0;

  const isDone = () => end.refused !== undefined || end.unreadFrom !== undefined;
  const refuse = (reason: string, at: number) => {
    end.refused = { row: at, reason };
  };

  /** Finds the separator once the header line is complete, and reads from the first counted line on. */
  function begin(isEnd: boolean): TableRow[] {
    const first = /^[^\r\n]*/.exec(start)?.[0] ?? '';
    const stated = statedSeparator(first);
    const counted = stated ? start.slice(first.length).replace(/^(\r\n|\r|\n)/, '') : start;
    const [, header = '', lineEnd] = /^([^\r\n]*[^\s,;][^\r\n]*)([\r\n])?/m.exec(counted) ?? [];
    const isComplete = isEnd || lineEnd !== undefined || start.length > maxRowLength;
    if (!isComplete) return [];
    const found = stated ?? separatorOf(header);
    if ('problem' in found) {
      refuse(found.problem, 1);
      return [];
    }
    end.separator = found.separator;
    tokenizer = createTokenizer(found.separator);
    return take(tokenizer.write(counted));
  }

  function take(tokens: Tokens[]): TableRow[] {
    return tokens.flatMap((each) => {
      row += 1;
      if (isDone() || (each.problem === undefined && each.cells.every((cell) => cell.trim() === ''))) return [];
      if (!end.names) {
        const problem = each.cells.some((cell) => cell.includes('\0')) ? binary : each.problem;
        const header = problem === undefined ? headerOf(each.cells, columns) : { problem };
        if ('problem' in header) refuse(header.problem, row);
        else ({ names: end.names } = header);
        return [];
      }
      if (each.isLast) {
        end.unreadFrom = { row, reason: each.problem ?? '', cells: each.cells };
        return [];
      }
      rowsFound += 1;
      if (rowsFound > maxRows) {
        end.unreadFrom = { row, reason: `The file has more than ${maxRows} rows; split it`, cells: each.cells };
        return [];
      }
      return [rowOf(row, each, end.names)];
    });
  }

  return {
    isDone,
    names: () => end.names ?? [],
    write(decoded: Decoded): TableRow[] {
      if ('unreadable' in decoded) {
        refuse(decoded.unreadable, 1);
        return [];
      }
      end.encoding = decoded.encoding;
      characters += decoded.text.length;
      if (characters > maxCharacters) {
        const reason = `The file has more than ${maxCharacters} characters; split it`;
        if (end.names) end.unreadFrom = { row: row + 1, reason, cells: [] };
        else refuse(reason, row + 1);
        return [];
      }
      if (tokenizer) return take(tokenizer.write(decoded.text));
      start += decoded.text;
      return begin(false);
    },
    end(): TableRow[] {
      if (isDone()) return [];
      const rows = tokenizer ? [] : begin(true);
      if (tokenizer) rows.push(...take(tokenizer.end()));
      if (isDone()) return rows;
      if (!end.names) refuse('The file is empty: it has no header', 1);
      else if (rowsFound === 0) refuse('The file has no rows below its header', row);
      return rows;
    },
    result: () => end,
  };
}

const binary = 'The file has NUL bytes: it is binary, or UTF-16 without a byte order mark; save it as "CSV UTF-8"';

function rowOf(row: number, { cells: found, problem }: Tokens, names: readonly string[]): TableRow {
  if (problem !== undefined) return { row, cells: found, problem, isBroken: true };
  const hasRest = found.slice(names.length).some((cell) => cell.trim() !== '');
  const cells = hasRest ? found : found.slice(0, names.length);
  if (cells.length !== names.length) {
    const counts = `has ${cells.length} cells, the header ${names.length}`;
    return { row, cells, problem: `${counts}; quote a cell that contains the separator or a line break` };
  }
  const unreadable = cells.find((cell) => /[\0\uFFFD]/.test(cell));
  if (unreadable !== undefined) {
    const example = JSON.stringify(unreadable.slice(0, 64));
    return {
      row,
      cells,
      problem: `has characters that are not readable, such as ${example}; save the file as "CSV UTF-8"`,
    };
  }
  const pairs = names.map((name, index) => [name, cells[index] ?? ''] as const);
  return { row, cells, fields: Object.fromEntries(pairs.filter(([, cell]) => cell.trim() !== '')) };
}
