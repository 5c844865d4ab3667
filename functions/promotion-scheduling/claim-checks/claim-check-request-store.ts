import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { PromotionClaimCheckRequested } from '../../../shared/contracts/promotions/claim-events.ts';
import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { checkKey, checkPartition, ClaimCheckRecord } from './claim-check-record.ts';

/** Requests and reads checks of claims. */
export const createClaimCheckRequests = (
  db: Database,
  { PROMOTION_TABLE_NAME: table }: { PROMOTION_TABLE_NAME: string },
) => ({
  /** Records a check with the event that starts it. */
  async request(record: ClaimCheckRecord, cause: Cause): Promise<void> {
    const { checkId } = record;
    const event = newEvent(PromotionClaimCheckRequested, { checkId }, cause);
    // A failed condition is no error: another request of the same millisecond asked for the same check.
    await transact(db, [
      {
        Put: {
          TableName: table,
          Item: { ...checkKey(checkId), ...record },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      { Put: { TableName: table, Item: outboxItem(checkPartition(checkId), event) } },
    ]);
  },

  async read(checkId: string): Promise<ClaimCheckRecord | undefined> {
    const [item] = (await readBatch(db, { [table]: [checkKey(checkId)] }, true)).get(table) ?? [];
    return item === undefined ? undefined : ClaimCheckRecord.parse(item);
  },
});
export type ClaimCheckRequests = ReturnType<typeof createClaimCheckRequests>;
