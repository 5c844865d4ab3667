import { Logger } from '@aws-lambda-powertools/logger';
import { S3Client } from '@aws-sdk/client-s3';
import { InsightsRunRequested } from '../../../shared/contracts/insights/events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { createDuckDb } from '../../../shared/lake/duckdb-client.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { createPromotionSetStore } from '../../../shared/promotions/promotion-set-store.ts';
import { createVersionFileStore } from '../../../shared/reports/publishing/version-file-store.ts';
import { readHolidays } from './calendar/holiday-file-store.ts';
import { createNewestStore } from '../run/newest-store.ts';
import { createRunStore } from '../run/run-store.ts';
import { buildInsights } from './build-insights-job.ts';
import { InsightsRunEnv } from './env.ts';
import { createHistory } from './history-store.ts';
import { insightsRun } from './insights-run-job.ts';
import { Manifest } from './manifest.ts';

const env = InsightsRunEnv.parse(process.env);
const s3 = new S3Client();
const db = openDatabase();
const promotions = createPromotionSetStore(db, env);

export const handler = queueHandler(
  InsightsRunRequested,
  insightsRun({
    runs: createRunStore(db, env.INSIGHTS_TABLE_NAME),
    files: createVersionFileStore(s3, env.REPORTS_BUCKET_NAME, 'insights', Manifest),
    newest: createNewestStore(s3, env.REPORTS_BUCKET_NAME),
    history: createHistory(s3, env.REPORTS_BUCKET_NAME),
    promotions: async () => (await promotions.current()).set,
    holidays: readHolidays(import.meta.dirname),
    duckDb: createDuckDb(),
    build: buildInsights,
    timeZone: env.TIME_ZONE,
    clock: Date.now,
    log: new Logger(),
  }),
);
