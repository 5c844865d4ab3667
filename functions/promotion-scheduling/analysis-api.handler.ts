import { S3Client } from '@aws-sdk/client-s3';
import * as effectRoutes from '../../shared/contracts/promotions/effect-routes.ts';
import * as rehearsalRoutes from '../../shared/contracts/promotions/rehearsal-routes.ts';
import * as replayRoutes from '../../shared/contracts/promotions/replay-routes.ts';
import * as worstCaseRoutes from '../../shared/contracts/promotions/worst-case-routes.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import { analysisApi } from './analyses/analysis-api.ts';
import { createAnalysisFiles } from './analyses/analysis-files-client.ts';
import { createAnalysisStore } from './analyses/analysis-store.ts';
import { AnalysisApiEnv } from './analyses/env.ts';
import { createPricingSource } from './analyses/pricing-source-store.ts';
import { promotionReader } from './promotion/promotion-reader-store.ts';
import { createPastBaskets } from './worst-case/past-baskets-client.ts';
import { worstCaseApi } from './worst-case/worst-case-api.ts';
import { createConcernedSkus } from './worst-case/concerned-skus-store.ts';

const env = AnalysisApiEnv.parse(process.env);
const db = openDatabase();
const promotion = promotionReader(db, env);
const files = createAnalysisFiles(new S3Client(), env.REPORTS_BUCKET_NAME);
const api = analysisApi({
  store: createAnalysisStore(db, env),
  files,
  promotion,
  timeZone: env.TIME_ZONE,
});
const settings = { selling: env.SELLING, channels: env.CHANNELS, priceGuard: env.PRICE_GUARD };

export const handler = httpHandler(
  on(rehearsalRoutes.postRehearsal, api.postRehearsal),
  on(rehearsalRoutes.getRehearsal, api.getRehearsal),
  on(replayRoutes.postPriceReplay, api.postReplay),
  on(replayRoutes.getPriceReplay, api.getReplay),
  on(effectRoutes.postEffect, api.postEffect),
  on(effectRoutes.getEffect, api.getEffect),
  on(
    worstCaseRoutes.postWorstCase,
    worstCaseApi({
      promotion,
      source: () => createPricingSource(db, env, settings),
      skus: createConcernedSkus(db, env),
      pastBaskets: createPastBaskets(async () => files).read,
      settings,
    }),
  ),
);
