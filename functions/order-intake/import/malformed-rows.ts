import type { BadRow, FileRow } from './import-rows.ts';

/**
 * The rows with more or fewer cells than the header, as a comma or a line break in a cell without quotes makes them: as
 * bad rows, and the first that may be of an order. A cell may stand as far from its column as cells are too many or
 * missing; where the channel is found in its place, so is an order id before it.
 */
export function judgeMisfits(header: readonly string[], rows: readonly FileRow[], channels: ReadonlySet<string>) {
  const misfits = rows.filter(({ cells }) => cells.length !== header.length);
  const [idAt, channelAt] = [header.indexOf('externalOrderId'), header.indexOf('channel')];
  const firstRows = new Map<string, number>();
  const bad = misfits.map(({ row, cells }): BadRow => {
    const isSure = idAt < channelAt && channels.has(cells[channelAt] ?? '');
    const excess = isSure ? 0 : cells.length - header.length;
    const near = (at: number) => cells.slice(Math.max(0, at + Math.min(0, excess)), at + Math.max(0, excess) + 1);
    const named = near(channelAt).filter((cell) => channels.has(cell));
    for (const channel of new Set(named)) {
      for (const id of near(idAt)) firstRows.set(keyOf(channel, id), firstRows.get(keyOf(channel, id)) ?? row);
    }
    const reason = `has ${cells.length} cells, the header ${header.length}; quote a cell with commas or line breaks`;
    return isSure
      ? { row, externalOrderId: cells[idAt] ?? '', reason }
      : { row, externalOrderId: '', reason: `${reason}; of which order it is cannot be told` };
  });
  return { bad, rowOf: (channel: string, externalOrderId: string) => firstRows.get(keyOf(channel, externalOrderId)) };
}

const keyOf = (channel: string, externalOrderId: string) => `${channel}\0${externalOrderId}`;
