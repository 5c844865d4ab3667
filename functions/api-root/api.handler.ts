import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { rootHandlers } from './root-api.ts';
import { Env } from './env.ts';
import { createFileStore } from './file-store.ts';
import { createHealthStore } from './store.ts';

const env = Env.parse(process.env);

export const handler = httpHandler(
  ...rootHandlers({
    store: createHealthStore(openDatabase(), env.TABLE_NAMES.split(',')),
    files: createFileStore(import.meta.dirname),
    tokenUrl: env.TOKEN_URL,
  }),
);
