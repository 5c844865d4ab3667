import * as z from 'zod';
import { batchJobMaxAttempts, openDatabase } from '../../shared/dynamodb/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { IndexEnv } from './env.ts';
import { indexSkus } from './skus/index-skus.ts';
import { createSkuIndexStore, Position } from './skus/sku-index-store.ts';

/** Below the function's timeout of ten minutes. */
const budgetMs = 8 * 60_000;

const store = createSkuIndexStore(openDatabase(batchJobMaxAttempts), IndexEnv.parse(process.env));

/** Returns the number of added SKUs, and `after` if some are left: invoke it again with it. */
export const handler = eventHandler(z.strictObject({ after: Position.optional() }), ({ after }) => {
  const start = Date.now();
  return indexSkus(store, after, start, () => Date.now() > start + budgetMs);
});
