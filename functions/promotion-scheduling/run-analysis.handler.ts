import { S3Client } from '@aws-sdk/client-s3';
import { PromotionAnalysisRequested } from '../../shared/contracts/promotions/analysis-events.ts';
import { batchJobMaxAttempts, openDatabase } from '../../shared/dynamodb/database.ts';
import { createDuckDb } from '../../shared/lake/duckdb-client.ts';
import { createLakeStore } from '../../shared/lake/lake-store.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { createAnalysisFiles } from './analyses/analysis-files-client.ts';
import { runAnalysis } from './analyses/analysis-job.ts';
import { createAnalysisStore } from './analyses/analysis-store.ts';
import { AnalysisJobEnv } from './analyses/env.ts';
import { createPricingSource } from './analyses/pricing-source-store.ts';
import { analysisKinds } from './analysis-kinds.ts';
import { createPastBaskets } from './worst-case/past-baskets-client.ts';

const env = AnalysisJobEnv.parse(process.env);
const db = openDatabase(batchJobMaxAttempts);
const s3 = new S3Client();
const files = createAnalysisFiles(s3, env.REPORTS_BUCKET_NAME);

export const handler = queueHandler(
  PromotionAnalysisRequested,
  runAnalysis({
    store: createAnalysisStore(db, env),
    files,
    lake: createLakeStore(s3, env.LAKE_BUCKET_NAME),
    duckDb: createDuckDb(),
    kinds: analysisKinds(
      () => createPricingSource(db, env, { selling: env.SELLING, channels: env.CHANNELS, priceGuard: env.PRICE_GUARD }),
      createPastBaskets(async () => files),
      env.SELLING.timeZone,
    ),
    clock: Date.now,
  }),
);
