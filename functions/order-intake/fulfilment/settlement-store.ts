import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Action, type Database, type Key, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import {
  openSettlements,
  SettlementItem,
  settlementIndexKeys,
  settlementKey,
} from '../../../shared/orders/settlement-item.ts';
import { releaseAction, shipActions } from '../../../shared/stock/settle.ts';
import type { Take } from '../../../shared/stock/take.ts';

/** One of the actions marks the step. */
const actionsPerStep = maxActionsPerTransaction - 1;
const openAtOnce = 100;

const IndexEntry = z.object({ pk: z.string(), sk: z.string() });

/** As many takes as surely fit one step: a release is an action, a shipment also a ledger row for each warehouse. */
export const stepSizeOf = (kind: SettlementItem['kind'], takes: readonly Take[]) =>
  kind === 'release'
    ? actionsPerStep
    : Math.floor(actionsPerStep / Math.max(...takes.map(({ from }) => 1 + from.length)));

/** What becomes of the stock of a change that does not fit its transaction; each step is one, and happens once. */
export function createSettlementStore(db: Database, orderTable: string, stockTable: string) {
  /**
   * The stock's part of these takes, written at `now` (milliseconds). A shipment has one movement for each SKU and
   * warehouse, of the time of its change, however and whenever it is settled.
   */
  const actionsOf = (
    { kind, orderId, version, cause }: SettlementItem,
    takes: readonly Take[],
    now: number,
  ): Action[] => {
    if (kind === 'release') return takes.map((take) => releaseAction(stockTable, take, now));
    const shipment = { movementId: `${orderId}#${version}`, shippedAt: cause.now };
    return takes.flatMap((take) => shipActions(stockTable, take, shipment, { ...cause, now }));
  };

  /** Counts the step, or ends the settlement with its last, if it stands before this step. */
  const mark = (settlement: SettlementItem): Action => {
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

    /** Writes down what is to follow, as an action of the change. */
    begin: (settlement: SettlementItem): Action => ({
      Put: {
        TableName: orderTable,
        Item: { ...settlementKey(settlement), ...settlementIndexKeys(settlement), ...settlement },
      },
    }),

    async find(key: Key): Promise<SettlementItem | undefined> {
      const [item] = (await readBatch(db, { [orderTable]: [key] }, true))[orderTable] ?? [];
      return item === undefined ? undefined : SettlementItem.parse(item);
    },

    /** Does the next step at `now` (milliseconds). `lost`: it was done already. */
    step(settlement: SettlementItem, now: number): Promise<'done' | 'version-conflict'> {
      const { takes, settled, stepSize } = settlement;
      const own = takes.slice(settled * stepSize, (settled + 1) * stepSize);
      return transact(db, [...actionsOf(settlement, own, now), mark(settlement)]);
    },

    /** Settlements that began before this RFC 3339 time in UTC and have not ended, some of them if there are many. */
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
              Limit: openAtOnce,
            }),
          ),
        ),
      );
      return pages.flatMap(({ Items = [] }) => Items.map((item) => IndexEntry.parse(item)));
    },
  };
}
export type SettlementStore = ReturnType<typeof createSettlementStore>;
