import { assessor } from '../../functions/order-intake/assessor.ts';
import { createChangeStore } from '../../functions/order-intake/change-store.ts';
import { createRiskStore } from '../../functions/order-intake/risk-store.ts';
import { store } from '../../infra/store.ts';
import type { Database } from '../../shared/database.ts';
import { aPolicy } from './builders.ts';
import { tables } from './dynamodb.ts';

/** What assesses orders by the store's own policy. */
export const assessorOn = (db: Database) =>
  assessor(
    {
      risks: createRiskStore(db, tables, store.risk.windowMinutes),
      changes: createChangeStore(db, tables, aPolicy().timeZone),
    },
    store.risk,
  );
