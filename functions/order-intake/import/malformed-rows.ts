import type { BadRow, FileRow } from './import-rows.ts';

/**
 * Reports rows with another number of cells than the header, as unquoted commas and line breaks cause. `rowOf` returns
 * the first malformed row that may belong to an order. Cells may be shifted by the excess or missing cells; if the
 * channel is in its column, the order id before it is not shifted.
 */
export function checkCellCounts(header: readonly string[], rows: readonly FileRow[], channels: ReadonlySet<string>) {
  const malformed = rows.filter(({ cells }) => cells.length !== header.length);
  const [idAt, channelAt] = [header.indexOf('externalOrderId'), header.indexOf('channel')];
  const firstRows = new Map<string, number>();
  const bad = malformed.map(({ row, cells }): BadRow => {
    const isUnshifted = idAt < channelAt && channels.has(cells[channelAt] ?? '');
    const excess = isUnshifted ? 0 : cells.length - header.length;
    const candidates = (at: number) => cells.slice(Math.max(0, at + Math.min(0, excess)), at + Math.max(0, excess) + 1);
    const namedChannels = candidates(channelAt).filter((cell) => channels.has(cell));
    for (const channel of new Set(namedChannels)) {
      for (const id of candidates(idAt)) firstRows.set(keyOf(channel, id), firstRows.get(keyOf(channel, id)) ?? row);
    }
    const reason = `has ${cells.length} cells, the header ${header.length}; quote a cell with commas or line breaks`;
    return isUnshifted
      ? { row, externalOrderId: cells[idAt] ?? '', reason }
      : { row, externalOrderId: '', reason: `${reason}; the order of this row cannot be identified` };
  });
  return { bad, rowOf: (channel: string, externalOrderId: string) => firstRows.get(keyOf(channel, externalOrderId)) };
}

const keyOf = (channel: string, externalOrderId: string) => `${channel}\0${externalOrderId}`;
