import assert from 'node:assert';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Action, type Database, type Key, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { isRetryableError, retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import {
  openSettlements,
  SettlementItem,
  settlementIndexKeys,
  settlementKey,
} from '../../../shared/orders/settlement-item.ts';
import { releaseAction, shipActions } from '../../../shared/stock/reservation-actions.ts';
import type { Reservation } from '../../../shared/stock/reservation.ts';
import { runAll } from '../../../shared/run-all.ts';

/** One action of each transaction counts the step. */
const actionsPerStep = maxActionsPerTransaction - 1;
const settlementsPerShard = 100;

/** Within the function that wrote the change. The unfinished sweep does the remaining steps. */
const retryBudgetMs = 5000;
/** Longer than a function's 20 s, so that the sweep does not compete with the function that wrote the change. */
const abandonedAfterMs = 30_000;

const IndexEntry = z.object({ pk: z.string(), sk: z.string() });

/** SKUs that fit one step: a release is one action, a shipment also a ledger row for each warehouse. */
export const stepSizeOf = (kind: SettlementItem['kind'], reservations: readonly Reservation[]) =>
  kind === 'release'
    ? actionsPerStep
    : Math.floor(actionsPerStep / Math.max(...reservations.map(({ from }) => 1 + from.length)));

/** Writes the stock of changes that do not fit one transaction. Each step is one transaction and happens once. */
export function createSettlementStore(db: Database, orderTable: string, stockTable: string) {
  /**
   * The stock writes of these reservations at `now` (milliseconds). A shipment has one movement for each SKU and
   * warehouse, with the time of its change, in however many steps.
   */
  const actionsOf = (
    { kind, orderId, version, cause }: SettlementItem,
    reservations: readonly Reservation[],
    now: number,
  ): Action[] => {
    if (kind === 'release') return reservations.map((reservation) => releaseAction(stockTable, reservation, now));
    const shipment = { movementId: `${orderId}#${version}`, shippedAt: cause.now };
    return reservations.flatMap((reservation) => shipActions(stockTable, reservation, shipment, { ...cause, now }));
  };

  /** Counts the step, or deletes the settlement with its last step, if no other function did the step. */
  const countStep = (settlement: SettlementItem): Action => {
    const { settled, stepSize, takes } = settlement;
    const at = {
      TableName: orderTable,
      Key: settlementKey(settlement),
      ConditionExpression: '#settled = :settled',
      ExpressionAttributeNames: { '#settled': 'settled' },
    };
    if ((settled + 1) * stepSize >= takes.length) {
      return { Delete: { ...at, ExpressionAttributeValues: { ':settled': settled } } };
    }
    const values = { ':settled': settled, ':next': settled + 1 };
    return { Update: { ...at, UpdateExpression: 'SET #settled = :next', ExpressionAttributeValues: values } };
  };

  return {
    actionsOf,

    /** Stores the settlement, as an action of the change. */
    begin: (settlement: SettlementItem): Action => ({
      Put: {
        TableName: orderTable,
        Item: { ...settlementKey(settlement), ...settlementIndexKeys(settlement), ...settlement },
      },
    }),

    async find(key: Key): Promise<SettlementItem | undefined> {
      const [item] = (await readBatch(db, { [orderTable]: [key] }, true)).get(orderTable) ?? [];
      return item === undefined ? undefined : SettlementItem.parse(item);
    },

    /** Does the next step at `now` (milliseconds). `version-conflict`: the step is done already. */
    step(settlement: SettlementItem, now: number): Promise<'done' | 'version-conflict'> {
      const { takes, settled, stepSize } = settlement;
      const own = takes.slice(settled * stepSize, (settled + 1) * stepSize);
      return transact(db, [...actionsOf(settlement, own, now), countStep(settlement)]);
    },

    /** Keys of open settlements older than this RFC 3339 time in UTC, up to 100 per shard. */
    async open(before: string): Promise<Key[]> {
      const pages = await Promise.all(
        openSettlements.keysOf().map((key) =>
          db.send(
            new QueryCommand({
              TableName: orderTable,
              IndexName: openSettlements.name,
              KeyConditionExpression: '#key = :key AND placedKey < :before',
              ExpressionAttributeNames: { '#key': openSettlements.attribute },
              ExpressionAttributeValues: { ':key': key, ':before': before },
              Limit: settlementsPerShard,
            }),
          ),
        ),
      );
      return pages.flatMap(({ Items = [] }) => Items.map((item) => IndexEntry.parse(item)));
    },
  };
}
export type SettlementStore = ReturnType<typeof createSettlementStore>;

type Steps = Pick<SettlementStore, 'step' | 'find'>;

/** Does the remaining steps, also if other functions do some of them. Throws a retryable error after the retry budget. */
async function finish(store: Steps, settlement: SettlementItem, now: number): Promise<void> {
  let open: SettlementItem | undefined = settlement;
  await retryOnConflict(retryBudgetMs, async () => {
    if (!open) return 'finished';
    const { settled, stepSize, takes }: SettlementItem = open;
    if ((await store.step(open, now)) === 'done') {
      open = (settled + 1) * stepSize < takes.length ? { ...open, settled: settled + 1 } : undefined;
    } else {
      open = await store.find(settlementKey(settlement));
      assert(open?.settled !== settled, 'An order releases and ships only units that are reserved');
    }
    return open ? undefined : 'finished';
  });
}

/** Does the steps of a new settlement; leaves them to the unfinished sweep after the retry budget. */
export async function finishNow(store: Steps, settlement: SettlementItem, now: number): Promise<void> {
  try {
    await finish(store, settlement, now);
  } catch (error) {
    if (!isRetryableError(error)) throw error;
  }
}

const itemsAtOnce = 4;
/** Finishes settlements that their functions left open; returns the ids of the orders. */
export const finishOpenSettlements = async (store: SettlementStore, now: number): Promise<string[]> =>
  runAll(itemsAtOnce, await store.open(new Date(now - abandonedAfterMs).toISOString()), async (key) => {
    const open = await store.find(key);
    if (open) await finish(store, open, now);
    return open?.orderId;
  });
