import { CategoryChanged } from '../../../shared/contracts/catalog/category-events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { createPromotionStore } from '../promotion/promotion-store.ts';
import { compileCategories } from './compile-job.ts';
import { CompileEnv } from './env.ts';

const env = CompileEnv.parse(process.env);
const settings = { priceGuard: env.PRICE_GUARD, storeZone: env.TIME_ZONE };
const compile = compileCategories(createPromotionStore(openDatabase(), env), settings);

/** The tree is read again, so that the order of the events does not matter. */
export const handler = queueHandler(CategoryChanged, async () => {
  await compile(Date.now());
});
