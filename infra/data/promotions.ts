import { all } from '../constructs/access.ts';
import { BucketDefinition } from '../constructs/bucket.ts';
import { TableDefinition } from '../constructs/table.ts';
import { store } from '../store.ts';

/** Promotions, the compiled set in force, codes, and what is used of limits. Parts of replaced sets expire. */
export const promotionTable = new TableDefinition('PromotionTable', 'PROMOTION_TABLE_NAME', {
  expiryAttribute: 'expiresAt',
  indexes: [
    { name: 'allPromotions', partitionKey: 'listKey', sortKey: 'pk' },
    { name: 'byDue', partitionKey: 'dueKey', sortKey: 'dueAt' },
  ],
});

/** Promotions with their history, the compiled set, shared codes and the switch. */
const definitions = { partitions: ['PROMOTION#*', 'PROMOTIONS#*', 'CODE#*'] };
const reads = promotionTable.access('BatchGetItem');
/** Parts of a set that replace others, or are replaced, expire. */
const parts = { partitions: ['PROMOTIONS#SET#*'], attributes: ['expiresAt'], inTransactions: true };
const compiled = all(
  promotionTable.items({ partitions: ['PROMOTIONS#*'] }, 'PutItem'),
  promotionTable.items(parts, 'UpdateItem'),
);
const announces = all(
  promotionTable.access('BatchGetItem', 'ConditionCheckItem'),
  promotionTable.items({ partitions: ['PROMOTION#*'] }, 'PutItem'),
);
const ofPricing = ['PROMOTIONS#HEAD#*', 'PROMOTIONS#SET#*', 'CODE#*'];
const ofLimits = { partitions: ['LIMIT#*', 'CUSTOMER#*'], inTransactions: true };
const ofCodes = { partitions: ['CODE#*'], inTransactions: true };

export const promotions = {
  /** Sets the variable; the function makes no request. */
  named: promotionTable.access(),
  /** Claims what orders get of promotions, and releases it, in their transactions; reads the counters. */
  claimer: all(
    // One statement, because one request reads all of them.
    promotionTable.items({ partitions: [...ofPricing, 'LIMIT#*', 'CUSTOMER#*'] }, 'BatchGetItem'),
    promotionTable.items({ ...ofLimits, attributes: ['used'] }, 'UpdateItem'),
    promotionTable.items({ ...ofCodes, attributes: ['uses', 'orderIds', 'revoked'] }, 'UpdateItem'),
  ),
  /** Releases it. */
  releaser: all(
    promotionTable.items({ ...ofLimits, attributes: ['used'] }, 'UpdateItem'),
    promotionTable.items({ ...ofCodes, attributes: ['uses', 'orderIds'] }, 'UpdateItem'),
  ),
  /** Writes promotions and the set in force. A code that a promotion no longer has is free. */
  editor: all(
    all(reads, promotionTable.access('Query'), promotionTable.query('allPromotions')),
    all(promotionTable.items(definitions, 'PutItem'), promotionTable.items(parts, 'UpdateItem')),
    promotionTable.items({ partitions: ['CODE#*'], attributes: ['promotionId'], inTransactions: true }, 'DeleteItem'),
  ),
  compiler: all(reads, compiled),
  /** Announces starts and ends of unchanged promotions. */
  announcer: announces,
  sweeper: all(announces, promotionTable.query('byDue')),
  repairer: all(announces, compiled, promotionTable.query('allPromotions')),

  /** Reads the head, the compiled set and codes. */
  reader: promotionTable.items({ partitions: ofPricing }, 'BatchGetItem'),
  /** Reads the sets that were in force in a period. */
  historian: all(
    promotionTable.items({ partitions: ['PROMOTIONS#HISTORY'] }, 'Query'),
    promotionTable.items({ partitions: ['PROMOTIONS#SET#*'] }, 'BatchGetItem'),
  ),
  /** Compares counters with what orders hold, and repairs them with an event. */
  claimChecker: all(
    promotionTable.access('BatchGetItem', 'Query'),
    promotionTable.items({ ...ofLimits, attributes: ['used'] }, 'UpdateItem'),
    promotionTable.items({ partitions: ['CLAIM-CHECK#*'] }, 'PutItem'),
  ),
  /** Asks for a check of the counters, with an event. */
  claimCheckRequester: all(reads, promotionTable.items({ partitions: ['CLAIM-CHECK#*'] }, 'PutItem')),
  /** Reads what is used of limits. */
  limitReader: promotionTable.items({ partitions: ['LIMIT#*', 'CUSTOMER#*'] }, 'BatchGetItem'),
};

/** CSV files of unique codes. */
export const promotionFiles = new BucketDefinition('PromotionFilesBucket', 'PROMOTION_FILES_BUCKET_NAME', {
  expiresAfterDays: { 'codes/': store.retention.exportDays },
});

const batches = { partitions: ['CODE-BATCHES#*'] };
/** What a batch writes of its codes: never their uses. */
const ofBatches = {
  partitions: ['CODE#*'],
  attributes: ['code', 'promotionId', 'batchId', 'revoked'],
  inTransactions: true,
};

export const codes = {
  /** Stores batches, and signs URLs of their files. */
  requester: all(
    all(reads, promotionTable.items(batches, 'Query', 'PutItem', 'UpdateItem')),
    promotionTable.items({ partitions: ['PROMOTION#*'] }, 'ConditionCheckItem'),
    promotionFiles.objects('codes/*', 'GetObject'),
  ),
  /** Generates and revokes the codes of batches. */
  generator: all(
    all(reads, promotionTable.items(batches, 'PutItem', 'UpdateItem')),
    promotionTable.items(ofBatches, 'UpdateItem'),
    promotionFiles.objects('codes/*', 'PutObject'),
  ),
};

const analysisItems = { partitions: ['ANALYSIS#*'] };
const asked = { partitions: ['PROMOTION#*', 'PROMOTIONS#*'] };
const requestsAnalyses = all(
  promotionTable.items(analysisItems, 'GetItem', 'PutItem'),
  promotionTable.items(asked, 'BatchGetItem'),
);

/** Analyses of past orders, which change no promotion. */
export const analyses = {
  /** Requests and reads analyses. */
  requester: requestsAnalyses,
  runner: all(requestsAnalyses, promotionTable.items(analysisItems, 'UpdateItem')),
};
