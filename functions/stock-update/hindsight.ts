import assert from 'node:assert';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { clockToleranceMs } from '../../shared/clock.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import { StockMoved } from '../../shared/contracts/stock/events.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { OutboxItem, recordedAt, timelineKeysFrom } from '../../shared/dynamodb/outbox.ts';
import { type StockItem, stockPartition } from '../../shared/stock/stock-item.ts';
import { countedAsOf, movedSince } from './counts.ts';
import type { Books } from './plan.ts';
import type { SentMovement } from './sent-movement.ts';

/** Rows that a count looks through; with more it is outdated. They fit a page of the database, 1 MB. */
const rowsAtMost = 1000;
const queriesAtOnce = 32;
/**
 * Between the recording of the last row and the latest time at which any row says that it occurred: a clock's tolerance,
 * and as long as an invocation may take, for one that began later and was written earlier; doubled.
 */
const lastMoveSlackMs = 2 * (clockToleranceMs + 15 * 60_000);

const Moved = StockMoved.envelope.shape.detail;

/**
 * Adds to the books what moved since their counts were made. It must be read after the stock: a row that is written
 * between the two then makes the count be decided again, as does one that is written later.
 */
export async function readMovedSince(db: Database, table: string, books: Books, movements: readonly SentMovement[]) {
  const asked = movements.flatMap((count) => {
    const asOf = countedAsOf(count);
    if (asOf === undefined || books.appliedHashes.has(count.movementId)) return [];
    return mayHaveMoved(books.shelves.get(count.sku)?.stock, asOf) ? [{ count, asOf }] : [];
  });
  const together = Map.groupBy(asked, ({ count, asOf }) => `${count.sku} ${asOf}`);
  await inParallel(queriesAtOnce, [...together.values()], async (counts) => {
    const [first] = counts;
    assert(first, 'A group has a member');
    const rows = await rowsSince(db, table, first.count.sku, first.asOf);
    for (const { count, asOf } of counts) {
      books.movedSince.set(count, rows ? movedSince(count, asOf, rows) : 'too-much');
    }
  });
}

const mayHaveMoved = (stock: StockItem | undefined, asOf: number): boolean =>
  stock !== undefined && (stock.lastMove === undefined || recordedAt(stock.lastMove) + lastMoveSlackMs > asOf);

/** The rows of a SKU's ledger that may have occurred later, or undefined if there are too many. */
async function rowsSince(db: Database, table: string, sku: string, asOf: number) {
  const { Items = [], LastEvaluatedKey } = await db.send(
    new QueryCommand({
      TableName: table,
      ...timelineKeysFrom(stockPartition(sku), asOf - clockToleranceMs),
      ConsistentRead: true,
      Limit: rowsAtMost + 1,
    }),
  );
  if (LastEvaluatedKey || Items.length > rowsAtMost) return undefined;
  return Items.map((item) => Moved.parse(JSON.parse(OutboxItem.parse(item).detail)).data);
}
