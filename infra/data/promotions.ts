import { all } from '../constructs/access.ts';
import { TableDefinition } from '../constructs/table.ts';

/** Promotions, the compiled set in force, codes, and what is used of limits. Parts of replaced sets expire. */
export const promotionTable = new TableDefinition('PromotionTable', 'PROMOTION_TABLE_NAME', {
  expiryAttribute: 'expiresAt',
  indexes: [{ name: 'allPromotions', partitionKey: 'listKey', sortKey: 'pk' }],
});

const ofLimits = { partitions: ['LIMIT#*', 'CUSTOMER#*'], inTransactions: true };
const ofCodes = { partitions: ['CODE#*'], inTransactions: true };

export const promotions = {
  /** Sets the variable; the function makes no request. */
  named: promotionTable.access(),
  /** Claims what orders get of promotions, and releases it, in their transactions; reads the counters. */
  claimer: all(
    promotionTable.items({ partitions: ['LIMIT#*', 'CUSTOMER#*'] }, 'BatchGetItem'),
    promotionTable.items({ ...ofLimits, attributes: ['used'] }, 'UpdateItem'),
    promotionTable.items({ ...ofCodes, attributes: ['uses', 'orderIds', 'revoked'] }, 'UpdateItem'),
  ),
  /** Releases it. */
  releaser: all(
    promotionTable.items({ ...ofLimits, attributes: ['used'] }, 'UpdateItem'),
    promotionTable.items({ ...ofCodes, attributes: ['uses', 'orderIds'] }, 'UpdateItem'),
  ),
  /** Reads the head, the compiled set and codes. */
  reader: promotionTable.items({ partitions: ['PROMOTIONS#HEAD#*', 'PROMOTIONS#SET#*', 'CODE#*'] }, 'BatchGetItem'),
  /** Reads what is used of limits. */
  limitReader: promotionTable.items({ partitions: ['LIMIT#*', 'CUSTOMER#*'] }, 'BatchGetItem'),
};
