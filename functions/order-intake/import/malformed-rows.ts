import type { TableRow } from '../../../shared/csv/read.ts';
import type { BadRow } from './import-rows.ts';

/**
 * Reports malformed rows: with another number of cells than the header, as unquoted commas and line breaks cause, or with
 * unreadable text. `rowOf` returns the first malformed row that may belong to an order. Cells may be shifted by the excess
 * or missing cells; if the channel is in its column, the order id before it is not shifted. Any cell of a broken row may
 * be the id.
 */
export function checkMalformedRows(
  header: readonly string[],
  rows: readonly TableRow[],
  channels: ReadonlySet<string>,
) {
  const [idAt, channelAt] = [header.indexOf('externalOrderId'), header.indexOf('channel')];
  const firstRows = new Map<string, number>();
  const bad = rows.flatMap(({ row, cells, problem, isBroken }): BadRow[] => {
    if (problem === undefined) return [];
    const isUnshifted = !isBroken && idAt < channelAt && channels.has(cells[channelAt] ?? '');
    const excess = isUnshifted ? 0 : cells.length - header.length;
    const candidates = (at: number) =>
      isBroken ? cells : cells.slice(Math.max(0, at + Math.min(0, excess)), at + Math.max(0, excess) + 1);
    const namedChannels = isBroken ? channels : candidates(channelAt).filter((cell) => channels.has(cell));
    for (const channel of new Set(namedChannels)) {
      for (const id of candidates(idAt)) firstRows.set(keyOf(channel, id), firstRows.get(keyOf(channel, id)) ?? row);
    }
    return isUnshifted
      ? [{ row, externalOrderId: cells[idAt] ?? '', reason: problem }]
      : [{ row, externalOrderId: '', reason: `${problem}; the order of this row cannot be identified` }];
  });
  return { bad, rowOf: (channel: string, externalOrderId: string) => firstRows.get(keyOf(channel, externalOrderId)) };
}

const keyOf = (channel: string, externalOrderId: string) => `${channel}\0${externalOrderId}`;
