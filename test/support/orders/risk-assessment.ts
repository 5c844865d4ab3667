import { createRiskAssessment } from '../../../functions/order-intake/risk/risk-assessment.ts';
import { createOrderStore } from '../../../functions/order-intake/order/order-store.ts';
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

/** Longer than in production, so that a slow machine fails no test. */
const retryBudgetMs = 60_000;

/** Returns the risk assessment with a strict policy. */
export const riskAssessmentOn = (db: Database) =>
  createRiskAssessment(
    {
      risks: createRiskStore(db, tables, strict.windowMinutes),
      changes: createOrderStore(db, tables, aPolicy().timeZone),
    },
    strict,
    retryBudgetMs,
  );
