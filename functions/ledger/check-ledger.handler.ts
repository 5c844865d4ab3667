import * as z from 'zod';
import { businessDays } from '../../shared/business-day.ts';
import { batchJobMaxAttempts, openDatabase } from '../../shared/dynamodb/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { Instant } from '../../shared/names.ts';
import { createCarriedStore } from './carry-forward/carried-store.ts';
import { carryMonths } from './carry-forward/carry-months.ts';
import { createCheckStore } from './checks/check-store.ts';
import { runCheck } from './checks/run-check.ts';
import { CheckEnv } from './env.ts';
import { createJournalStore } from './posting/journal-store.ts';

const env = CheckEnv.parse(process.env);
const database = openDatabase(batchJobMaxAttempts);
const businessDay = businessDays(env.TIME_ZONE);
const check = runCheck({
  journal: createJournalStore(database, env.LEDGER_TABLE_NAME),
  checks: createCheckStore(database, env.LEDGER_TABLE_NAME),
});
const carry = carryMonths(createCarriedStore(database, env.LEDGER_TABLE_NAME));

/** `time` is the scheduled time. A repeated invocation checks the same month again. */
export const handler = eventHandler(z.object({ time: Instant }), async ({ time }, logger) => {
  const causationId = `schedule-${time}`;
  const cause = { actor: 'storeworks.ledger', correlationId: causationId, causationId, now: Date.now() };
  const { day, month, transactions, differences } = await check(businessDay(Date.parse(time)), cause);
  const carriedMonths = await carry(day.slice(0, 7));
  logger.info('ledger checked', { day, month, transactions, differences: differences.length, carriedMonths });
});
