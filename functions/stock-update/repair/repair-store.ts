import * as z from 'zod';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { Corrections, StockMoved } from '../../../shared/contracts/stock/events.ts';
import { StockRepaired, StockRepairRequested } from '../../../shared/contracts/stock/repair-events.ts';
import { StockAudit } from '../../../shared/contracts/stock-audit/routes.ts';
import { type RepairContent, StockRepair } from '../../../shared/contracts/stock/repair-routes.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { queryPages } from '../../../shared/dynamodb/query-pages.ts';
import { auditKey } from '../../../shared/stock/audit-keys.ts';
import { stockKey, stockPartition } from '../../../shared/stock/stock-item.ts';
import type { RepairOutcome, RepairPlan } from './repair-plan.ts';
import { stockUpdateExpression } from '../stock/update-expressions.ts';

/** `repairId` is chosen by the caller and unique within the audit. */
export type RepairId = { auditId: string; repairId: string };

const repairPartition = ({ auditId, repairId }: RepairId) => `REPAIR#${auditId}#${repairId}`;
const repairKey = (id: RepairId) => ({ pk: repairPartition(id), sk: 'REPAIR' });
const repairedSkuPrefix = 'SKU#';

const RepairItem = StockRepair.omit({ repaired: true }).extend({
  repaired: z.int().optional(),
  contentHash: z.string(),
});
export type RepairItem = z.infer<typeof RepairItem>;
/** Record of a repaired SKU, written in the transaction of the repair. */
const RepairedSkuItem = z.object({
  repaired: z.array(z.object({ sku: z.string(), warehouse: z.string(), corrections: Corrections })),
});
type Tables = { STOCK_TABLE_NAME: string; STOCK_AUDIT_TABLE_NAME: string };

/** Requested repairs, repaired SKUs, and the corrections of counters. */
export const createRepairStore = (
  db: Database,
  { STOCK_TABLE_NAME: table, STOCK_AUDIT_TABLE_NAME: audits }: Tables,
) => {
  const isNew = { ConditionExpression: 'attribute_not_exists(pk)' };
  const publish = (pk: string, event: Parameters<typeof outboxItem>[1]): Action => ({
    Put: { TableName: table, Item: outboxItem(pk, event) },
  });

  return {
    async audit(auditId: string): Promise<StockAudit | undefined> {
      const [item] = (await readBatch(db, { [audits]: [auditKey(auditId)] }, true)).get(audits) ?? [];
      return item === undefined ? undefined : StockAudit.parse(item);
    },

    async find(id: RepairId): Promise<RepairItem | undefined> {
      const [item] = (await readBatch(db, { [table]: [repairKey(id)] }, true)).get(table) ?? [];
      return item === undefined ? undefined : RepairItem.parse(item);
    },

    /** Records a repair with the event that starts it. `version-conflict` if the id exists. */
    request(
      auditId: string,
      content: RepairContent,
      contentHash: string,
      cause: Cause,
    ): Promise<'done' | 'version-conflict'> {
      const { repairId, reason, skus } = content;
      const id = { auditId, repairId };
      const requestedAt = new Date(cause.now).toISOString();
      const item: RepairItem = { ...id, reason, skus, status: 'requested', requestedAt, contentHash };
      return transact(db, [
        { Put: { TableName: table, Item: { ...repairKey(id), ...item }, ...isNew } },
        publish(repairPartition(id), newEvent(StockRepairRequested, { ...id, reason, skus }, cause)),
      ]);
    },

    /** Outcomes of the SKUs that this repair has corrected so far. */
    async repaired(id: RepairId): Promise<RepairOutcome[]> {
      const outcomes: RepairOutcome[] = [];
      const query = {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :done)',
        ExpressionAttributeValues: { ':pk': repairPartition(id), ':done': repairedSkuPrefix },
        ConsistentRead: true,
      };
      for await (const items of queryPages(db, query)) {
        const repaired = items.flatMap((item) => RepairedSkuItem.parse(item).repaired);
        outcomes.push(...repaired.map((each) => Object.assign(each, { outcome: 'repaired' as const })));
      }
      return outcomes;
    },

    /** Corrects the counters of a SKU, with a ledger row for each warehouse, once per repair. */
    apply(id: RepairId & { reason: string }, plan: RepairPlan, repaired: RepairOutcome[], cause: Cause) {
      const { sku } = plan;
      const key = { pk: repairPartition(id), sk: `${repairedSkuPrefix}${sku}` };
      return transact(db, [
        { Update: { TableName: table, Key: stockKey(sku), ...updateOf(plan, cause.now) } },
        ...repaired.map(({ warehouse, corrections }) =>
          publish(stockPartition(sku), newEvent(StockMoved, correction(id, sku, warehouse, corrections, cause), cause)),
        ),
        { Put: { TableName: table, Item: { ...key, repaired }, ...isNew } },
      ]);
    },

    /** Records the result with its event, once. */
    async complete(id: RepairId & { reason: string }, result: Result, cause: Cause): Promise<void> {
      const { repaired, alreadyRight, movedOn, file } = result;
      await transact(db, [
        {
          Update: {
            TableName: table,
            Key: repairKey(id),
            UpdateExpression:
              'SET #status = :completed, completedAt = :at, repaired = :repaired, alreadyRight = :right, movedOn = :moved, #file = :file',
            ConditionExpression: '#status = :requested',
            ExpressionAttributeNames: { '#status': 'status', '#file': 'file' },
            ExpressionAttributeValues: {
              ':completed': 'completed',
              ':requested': 'requested',
              ':at': new Date(cause.now).toISOString(),
              ':repaired': repaired,
              ':right': alreadyRight,
              ':moved': movedOn,
              ':file': file,
            },
          },
        },
        publish(repairPartition(id), newEvent(StockRepaired, { ...id, ...result }, cause)),
      ]);
    },
  };
};
export type RepairStore = ReturnType<typeof createRepairStore>;

type Result = { repaired: number; alreadyRight: number; movedOn: number; file: string };

/** A ledger row that moves no units: the counters are set to the sums of the movements. */
const correction = (
  { auditId, repairId, reason }: RepairId & { reason: string },
  sku: string,
  warehouse: string,
  corrections: Corrections,
  cause: Cause,
) => ({
  movementId: `${auditId}#${repairId}#${sku}#${warehouse}`,
  sku,
  warehouse,
  type: 'audit-correction' as const,
  onHandDelta: 0,
  unavailableDelta: 0,
  corrections,
  reason,
  occurredAt: new Date(cause.now).toISOString(),
});

/** A correction of `reserved` requires that no order reserved or released units since the orders were read. */
function updateOf(plan: RepairPlan, now: number) {
  const update = stockUpdateExpression(plan.sku, plan, now);
  if (!plan.correctsReserved) return update;
  const takes = plan.before.stock?.takes;
  return {
    ...update,
    UpdateExpression: `${update.UpdateExpression} ADD takes :once`,
    ConditionExpression: `${update.ConditionExpression} AND ${takes === undefined ? 'attribute_not_exists(takes)' : 'takes = :takes'}`,
    ExpressionAttributeValues: {
      ...update.ExpressionAttributeValues,
      ':once': 1,
      ...(takes !== undefined && { ':takes': takes }),
    },
  };
}
