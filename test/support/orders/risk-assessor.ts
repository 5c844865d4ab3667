import { createRiskAssessment } from '../../../functions/order-intake/risk/risk-assessment.ts';
import { createChangeStore } from '../../../functions/order-intake/order/order-store.ts';
import { createRiskStore } from '../../../functions/order-intake/risk/risk-store.ts';
import { store } from '../../../infra/store.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { aPolicy } from '../builders.ts';
import { tables } from '../database/dynamodb.ts';

/** Stricter than the store's policy: velocity alone holds an order. */
const strict = {
  ...store.risk,
  velocity: {
    customer: { orders: 5, points: 30 },
    address: { orders: 5, points: 20 },
    email: { orders: 5, points: 25 },
    card: { orders: 3, points: 40 },
  },
};

/** Returns a risk assessor with a strict policy. */
export const assessorOn = (db: Database) =>
  createRiskAssessment(
    {
      risks: createRiskStore(db, tables, strict.windowMinutes),
      changes: createChangeStore(db, tables, aPolicy().timeZone),
    },
    strict,
  );
