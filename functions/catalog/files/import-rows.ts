import type { Readable } from 'node:stream';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { detectedFormat, readTable, type TableRow } from '../../../shared/csv/read.ts';
import { failedRow } from '../../../shared/lambda/uploaded-files.ts';
import { type FileKind, type FileRow, parseRow } from './file-rows.ts';
import type { ResultFile } from './result-file-store.ts';

/** Groups in memory at a time. */
const batchGroups = 2000;
/** Rows in memory, malformed ones included. */
const defaultMaxRows = 50_000;

type Tools = { result: ResultFile; clock: () => number; progress: (rows: number) => void };
/** `spoiledBy` says why the rows are not the whole group. */
type Group<C> = { rows: FileRow<C>[]; spoiledBy?: string };
type Line<C> = { row: number; key: string; reason?: string; group?: Group<C> };

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
  const { maxRowsAtOnce = defaultMaxRows } = kind;
  let groups: Group<C>[] = [];
  let lines: Line<C>[] = [];
  let [open, hasFailed] = ['', false];
  const firstRows = new Map<string, number>();
  const unreadRows = new Map<string, number>();

  async function flush() {
    const sound = groups.filter(({ spoiledBy }) => spoiledBy === undefined);
    const saved = await kind.save(
      sound.map(({ rows }) => rows),
      { ...cause, now: clock() },
    );
    const outcomes = new Map(sound.map((group, index) => [group, saved[index] ?? notSaved]));
    for (const { row, key, reason, group } of lines) {
      const refused = { reason: reason ?? group?.spoiledBy, isChanged: false };
      const outcome = (group && reason === undefined && outcomes.get(group)) || refused;
      hasFailed ||= outcome.reason === failedRow;
      await result.add(row, key, outcome);
    }
    [groups, lines, open] = [[], [], ''];
  }

  function collect(parsed: FileRow<C>): Line<C> {
    const { row, key, content } = parsed;
    const name = kind.groupOf(content);
    const group = groups.at(-1);
    if (group && name === open && group.rows.length < kind.maxRowsOfGroup) {
      group.rows.push(parsed);
      return { row, key, group };
    }
    const first = firstRows.get(name);
    if (first !== undefined) {
      const earlier = groups.find(({ rows }) => rows[0]?.row === first);
      if (kind.isWhole && earlier)
        earlier.spoiledBy ??= `repeated: row ${row} has it again; put its rows, at most ${kind.maxRowsOfGroup}, together`;
      return { row, key, reason: `repeated: row ${first} has it already` };
    }
    firstRows.set(name, row);
    const unread = unreadRows.get(name);
    const opened: Group<C> = { rows: [parsed], ...(unread !== undefined && { spoiledBy: incomplete(unread) }) };
    groups.push(opened);
    open = name;
    return { row, key, group: opened };
  }

  /** A row that cannot be read may belong to the group that its key names, or else to the group before it. */
  function malformed(row: number, key: string, reason: string, hint = key): Line<C> {
    if (!kind.isWhole) return { row, key, reason };
    const first = firstRows.get(hint);
    const group = hint === '' ? groups.at(-1) : groups.find(({ rows }) => rows[0]?.row === first);
    if (group) group.spoiledBy ??= incomplete(row);
    if (hint !== '') unreadRows.set(hint, row);
    return { row, key, reason };
  }

  const end = await readTable(body, kind.columns, async (rows, names) => {
    for (const each of rows) {
      const read = parseRow(kind, each);
      const isNext = 'parsed' in read && kind.groupOf(read.parsed.content) !== open;
      if (isNext && (groups.length >= batchGroups || lines.length >= maxRowsAtOnce)) await flush();
      if ('parsed' in read) lines.push(collect(read.parsed));
      else lines.push(malformed(each.row, read.key, read.problem, keyHint(kind, each, names)));
      if (lines.length >= maxRowsAtOnce && !('parsed' in read)) await flush();
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
    lines.push(malformed(row, '', `invalid: unreadable from here on: ${reason}`));
  }
  await flush();
  return { hasFailed };
}

/** The key of a row, from the cells in their places if the row has no readable fields. */
const keyHint = <C>(kind: FileKind<C>, { fields, cells }: TableRow, names: readonly string[]): string =>
  kind.keyOf(fields ?? Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']))).trim();

const incomplete = (row: number) => `invalid: row ${row} of it cannot be read, and its rows are saved together or not`;
const notSaved = { reason: failedRow, isChanged: false };
