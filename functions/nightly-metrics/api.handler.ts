import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { reportHandlers } from './run/run-api.ts';
import { Env } from './run/env.ts';
import { createReportStore } from './run/run-store.ts';

const env = Env.parse(process.env);
const store = createReportStore(openDatabase(), env.REPORT_TABLE_NAME);

export const handler = httpHandler(...reportHandlers(store, env.TIME_ZONE));
