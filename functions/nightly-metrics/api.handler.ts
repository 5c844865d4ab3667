import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { Env } from './run/env.ts';
import { reportRunHandlers } from './run/run-api.ts';
import { createRunStore } from './run/run-store.ts';

const env = Env.parse(process.env);
const store = createRunStore(openDatabase(), env.REPORT_TABLE_NAME);

export const handler = httpHandler(...reportRunHandlers(store, env.TIME_ZONE));
