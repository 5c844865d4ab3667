import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { promotionKey, type PromotionRecord, recordOf } from './promotion-record.ts';

/** Reads a promotion, for analyses, which write none. */
export const promotionReader =
  (db: Database, { PROMOTION_TABLE_NAME: table }: { PROMOTION_TABLE_NAME: string }) =>
  async (promotionId: string): Promise<PromotionRecord | undefined> => {
    const [item] = (await readBatch(db, { [table]: [promotionKey(promotionId)] }, true)).get(table) ?? [];
    return item === undefined ? undefined : recordOf(item);
  };
