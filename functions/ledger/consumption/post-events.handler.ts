import { businessDays } from '../../../shared/business-day.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueBatchHandler } from '../../../shared/lambda/queue-batch-handler.ts';
import { LedgerMessage } from '../posting/event-facts.ts';
import { balanceShards } from '../posting/ledger-keys.ts';
import { PostingEnv } from './env.ts';
import { postBatch } from './post-batch.ts';
import { createPostingStore } from './posting-store.ts';

const env = PostingEnv.parse(process.env);

export const handler = queueBatchHandler(
  LedgerMessage,
  postBatch({
    store: createPostingStore(openDatabase(), env.LEDGER_TABLE_NAME),
    businessDay: businessDays(env.TIME_ZONE),
    clock: Date.now,
    shard: () => balanceShards[Math.floor(Math.random() * balanceShards.length)] ?? 'BALANCE#0',
  }),
);
