import assert from 'node:assert';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { clockToleranceMs } from '../../../shared/clock.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { StockMoved } from '../../../shared/contracts/stock/events.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { OutboxItem, recordedAt, timelineKeysFrom } from '../../../shared/dynamodb/outbox.ts';
import { type StockItem, stockPartition } from '../../../shared/stock/stock-item.ts';
import { countedAsOf, sumMovedSince } from './counts.ts';
import type { MovementState } from './write-plan.ts';
import type { SubmittedMovement } from './submitted-movement.ts';

/** A count with more rows since is outdated. 1,000 rows fit in one page of a query, 1 MB. */
const maxRows = 1000;
const parallelQueries = 32;
/**
 * Limit for how much later than the last row was recorded any row may claim to have occurred: twice the tolerance of
 * clocks and the longest invocation, which may write its row later than one that started after it.
 */
const lastMoveSlackMs = 2 * (clockToleranceMs + 15 * 60_000);

const LedgerEvent = StockMoved.envelope.shape.detail;

/**
 * Adds what moved since each count to the state. Must be called after the stock items were read, so that a row written in
 * between or later changes `lastMove` and fails the condition of the write.
 */
export async function readMovedSinceCounts(
  db: Database,
  table: string,
  state: MovementState,
  movements: readonly SubmittedMovement[],
) {
  const earlierCounts = movements.flatMap((count) => {
    const asOf = countedAsOf(count);
    if (asOf === undefined || state.appliedHashes.has(count.movementId)) return [];
    return mayHaveMoved(state.snapshots.get(count.sku)?.stock, asOf) ? [{ count, asOf }] : [];
  });
  const bySkuAndTime = Map.groupBy(earlierCounts, ({ count, asOf }) => `${count.sku} ${asOf}`);
  await inParallel(parallelQueries, [...bySkuAndTime.values()], async (counts) => {
    const [first] = counts;
    assert(first, 'A group has a member');
    const rows = await rowsSince(db, table, first.count.sku, first.asOf);
    for (const { count, asOf } of counts) {
      state.movedSince.set(count, rows ? sumMovedSince(count, asOf, rows) : 'too-much');
    }
  });
}

const mayHaveMoved = (stock: StockItem | undefined, asOf: number): boolean =>
  stock !== undefined && (stock.lastMove === undefined || recordedAt(stock.lastMove) + lastMoveSlackMs > asOf);

/** Rows of a SKU's ledger that may have occurred later; undefined if there are more than `maxRows`. */
async function rowsSince(db: Database, table: string, sku: string, asOf: number) {
  const { Items = [], LastEvaluatedKey } = await db.send(
    new QueryCommand({
      TableName: table,
      ...timelineKeysFrom(stockPartition(sku), asOf - clockToleranceMs),
      ConsistentRead: true,
      Limit: maxRows + 1,
    }),
  );
  if (LastEvaluatedKey || Items.length > maxRows) return undefined;
  return Items.map((item) => LedgerEvent.parse(JSON.parse(OutboxItem.parse(item).detail)).data);
}
