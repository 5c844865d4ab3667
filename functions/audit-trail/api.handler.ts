import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { auditHandlers } from './audit-api.ts';
import { createAuditStore } from './audit-store.ts';
import { ApiEnv } from './env.ts';

const env = ApiEnv.parse(process.env);
const store = createAuditStore(openDatabase(), env);
const cursors = createCursors(secretReader(env.CURSOR_SECRET_ARN));

export const handler = httpHandler(...auditHandlers({ store, cursors, timeZone: env.TIME_ZONE }));
