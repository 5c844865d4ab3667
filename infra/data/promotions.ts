import { TableDefinition } from '../constructs/table.ts';

/** Promotions, the compiled set in force, codes, and what is used of limits. Parts of replaced sets expire. */
export const promotionTable = new TableDefinition('PromotionTable', 'PROMOTION_TABLE_NAME', {
  expiryAttribute: 'expiresAt',
  indexes: [{ name: 'allPromotions', partitionKey: 'listKey', sortKey: 'pk' }],
});

export const promotions = {
  /** Reads the head, the compiled set and codes. */
  reader: promotionTable.items({ partitions: ['PROMOTIONS#HEAD#*', 'PROMOTIONS#SET#*', 'CODE#*'] }, 'BatchGetItem'),
  /** Reads what is used of limits. */
  limitReader: promotionTable.items({ partitions: ['LIMIT#*', 'CUSTOMER#*'] }, 'BatchGetItem'),
};
