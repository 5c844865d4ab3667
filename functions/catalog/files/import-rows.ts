import type { Readable } from 'node:stream';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { detectedFormat, readTable } from '../../../shared/csv/read.ts';
import { failedRow } from '../../../shared/lambda/uploaded-files.ts';
import { type FileKind, type FileRow, parseRow } from './file-rows.ts';
import type { ResultFile } from './result-file-store.ts';

/** Groups in memory at a time. */
const batchGroups = 2000;
/** Rows in memory, malformed ones included. */
const maxLines = 50_000;

type Tools = { result: ResultFile; clock: () => number; progress: (rows: number) => void };
type Line = { row: number; key: string; reason?: string; group?: number };

/**
 * Saves the rows of a file in order and adds each to the result. Rows have the numbers that a spreadsheet shows. A repeated
 * run finds what is saved already and changes nothing. Returns whether the store failed to save a row; the others are saved.
 */
export async function importRows<C>(
  body: Readable,
  kind: FileKind<C>,
  cause: Omit<Cause, 'now'>,
  { result, clock, progress }: Tools,
): Promise<{ hasFailed: boolean }> {
  let groups: FileRow<C>[][] = [];
  let lines: Line[] = [];
  let [open, hasFailed] = ['', false];
  const firstRows = new Map<string, number>();

  async function flush() {
    const outcomes = await kind.save(groups, { ...cause, now: clock() });
    for (const { row, key, reason, group } of lines) {
      const outcome = group === undefined ? { reason, isChanged: false } : (outcomes[group] ?? notSaved);
      hasFailed ||= outcome.reason === failedRow;
      await result.add(row, key, outcome);
    }
    [groups, lines, open] = [[], [], ''];
  }

  function collect(parsed: FileRow<C>): Line {
    const { row, key, content } = parsed;
    const name = kind.groupOf(content);
    const group = groups.at(-1);
    if (group && name === open && group.length < kind.maxRowsOfGroup) {
      group.push(parsed);
      return { row, key, group: groups.length - 1 };
    }
    const first = firstRows.get(name);
    if (first !== undefined) return { row, key, reason: `repeated: row ${first} has it already` };
    firstRows.set(name, row);
    groups.push([parsed]);
    open = name;
    return { row, key, group: groups.length - 1 };
  }

  const end = await readTable(body, kind.columns, async (rows) => {
    for (const each of rows) {
      const read = parseRow(kind, each);
      const isNext = 'parsed' in read && kind.groupOf(read.parsed.content) !== open;
      if (groups.length >= batchGroups && isNext) await flush();
      if ('parsed' in read) lines.push(collect(read.parsed));
      else lines.push({ row: each.row, key: read.key, reason: read.problem });
      if (lines.length >= maxLines && !('parsed' in read)) await flush();
      if (each.row % 10_000 === 0) progress(each.row);
    }
  });
  result.describe(detectedFormat(end));
  if (end.refused) {
    await result.refuse(end.refused);
    return { hasFailed };
  }
  if (end.unreadFrom) {
    const { row, reason } = end.unreadFrom;
    lines.push({ row, key: '', reason: `invalid: unreadable from here on: ${reason}` });
  }
  await flush();
  return { hasFailed };
}

const notSaved = { reason: failedRow, isChanged: false };
