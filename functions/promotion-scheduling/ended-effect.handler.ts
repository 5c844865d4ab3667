import { PromotionEnded } from '../../shared/contracts/promotions/events.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { effectOf } from './analyses/analysis-api.ts';
import { createAnalysisStore } from './analyses/analysis-store.ts';
import { ReplayRequestEnv } from './analyses/env.ts';
import { promotionReader } from './promotion/promotion-reader-store.ts';
import { endOf } from './promotion/promotion-timing.ts';
import { compiledOf } from './promotion/promotion-record.ts';

const env = ReplayRequestEnv.parse(process.env);
const db = openDatabase();
const [store, promotion] = [createAnalysisStore(db, env), promotionReader(db, env)];

/** Requests the report of a promotion that has ended for ever. The end of an occurrence or a pause has none. */
export const handler = queueHandler(PromotionEnded, async ({ detail: { data, metadata } }) => {
  const record = await promotion(data.promotionId);
  const compiled = record && compiledOf(record);
  const now = Date.now();
  if (!record || !compiled || endOf(compiled, env.TIME_ZONE) > now) return;
  const wanted = effectOf(record, env.TIME_ZONE, now);
  if (!wanted) return;
  const { correlationId, eventId: causationId } = metadata;
  await store.request(
    { ...wanted, isFinal: true },
    { actor: 'storeworks.promotion-scheduling', correlationId, causationId, now },
  );
});
