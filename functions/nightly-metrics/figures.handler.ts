import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { getDailyMetrics, getFigureExplanation } from '../../shared/contracts/reports/figure-routes.ts';
import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { createDuckDb } from '../../shared/lake/duckdb-client.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { FiguresEnv } from './figures/env.ts';
import { figureApi } from './figures/figure-api.ts';
import { createVersionReader } from '../../shared/reports/publishing/version-reader-store.ts';

const env = FiguresEnv.parse(process.env);
// Of this process only: stores on one machine have versions of the same days.
const directory = mkdtempSync(join(tmpdir(), 'figures-'));
const figures = figureApi({
  reports: createVersionReader(new S3Client(), env.REPORTS_BUCKET_NAME, 'daily', directory),
  duckDb: createDuckDb(),
  cursors: createCursors(secretReader(env.CURSOR_SECRET_ARN)),
});

export const handler = httpHandler(on(getDailyMetrics, figures.daily), on(getFigureExplanation, figures.explain));
