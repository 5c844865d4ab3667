import { readOffer } from '../../shared/catalog/offer.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import * as policyHttp from '../../shared/contracts/refunds/policy-routes.ts';
import * as routes from '../../shared/contracts/refunds/routes.ts';
import { getReturn, receiveReturn } from '../../shared/contracts/refunds/return-routes.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import type { Known } from './requests/decide.ts';
import { decisionRoutes } from './approvals/decisions.ts';
import { ParsedEnv } from './env.ts';
import { policyRoutes } from './policy/policy-routes.ts';
import { createPolicyStore } from './policy/policy-store.ts';
import { readRoutes } from './requests/reading.ts';
import { createReceiptStore } from './returns/receipt-store.ts';
import { requestRoutes } from './requests/requests.ts';
import { returnRoutes } from './returns/returns.ts';
import { createRefundStore } from './refund/store.ts';
import { expiryOf } from './deadlines/waiting.ts';

const { CHANNELS, DEPARTMENTS, RETURN_ADDRESSES, CALENDAR, ...tables } = ParsedEnv.parse(process.env);
const db = openDatabase();
const store = createRefundStore(db, tables);
const deadlineOf = ({ policy }: Known, now: number) => expiryOf(policy.content.waiting, CALENDAR, now);
const requests = requestRoutes(store, CHANNELS, deadlineOf, readOffer(db, tables));
const decisions = decisionRoutes(store, DEPARTMENTS);
const reading = readRoutes(store, CHANNELS);
const returns = returnRoutes(store, createReceiptStore(db, tables.REFUND_TABLE_NAME), CHANNELS, RETURN_ADDRESSES);
const policies = policyRoutes(createPolicyStore(db, tables.REFUND_TABLE_NAME));

export const handler = httpHandler(
  on(routes.getRefundable, reading.getRefundable),
  on(routes.requestRefund, requests.requestRefund),
  on(routes.amendRefund, requests.amendRefund),
  on(routes.withdrawRefund, requests.withdrawRefund),
  on(routes.decideRefund, decisions.decideRefund),
  on(routes.settleRefund, decisions.settleRefund),
  on(routes.getRefund, reading.getRefund),
  on(routes.getRefundTimeline, reading.getRefundTimeline),
  on(routes.findRefunds, reading.findRefunds),
  on(getReturn, returns.getReturn),
  on(receiveReturn, returns.receiveReturn),
  on(routes.rateRefund, requests.rateRefund),
  on(policyHttp.getRefundPolicy, policies.getRefundPolicy),
  on(policyHttp.putRefundPolicy, policies.putRefundPolicy),
  on(policyHttp.listRefundPolicyVersions, policies.listRefundPolicyVersions),
);
