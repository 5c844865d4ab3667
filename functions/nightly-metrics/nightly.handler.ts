import { openDatabase } from '../../shared/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { Env } from './env.ts';
import { Firing, requestNightly } from './nightly.ts';
import { createReportStore } from './store.ts';

const env = Env.parse(process.env);
const store = createReportStore(openDatabase(), env.REPORT_TABLE_NAME);
const request = requestNightly(store, env.TIME_ZONE);

export const handler = eventHandler(Firing, async (firing, logger) => {
  logger.info('nightly run', await request(firing, Date.now()));
});
