import { readOffer } from '../../shared/catalog/offer-store.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import * as policyHttp from '../../shared/contracts/refunds/policy-routes.ts';
import * as routes from '../../shared/contracts/refunds/routes.ts';
import { getReturn, receiveReturn } from '../../shared/contracts/refunds/return-routes.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import type { RequestSnapshot } from './requests/decide.ts';
import { decisionApi } from './approvals/decision-api.ts';
import { ParsedEnv } from './env.ts';
import { policyApi } from './policy/policy-api.ts';
import { createPolicyStore } from './refund/policy-store.ts';
import { refundApi } from './requests/refund-api.ts';
import { createReceiptStore } from './returns/receipt-store.ts';
import { requestApi } from './requests/request-api.ts';
import { returnRoutes } from './returns/returns.ts';
import { createRefundStore } from './refund/store.ts';
import { expiryOf } from './deadlines/deadlines.ts';

const { CHANNELS, DEPARTMENTS, RETURN_ADDRESSES, CALENDAR, ...tables } = ParsedEnv.parse(process.env);
const db = openDatabase();
const store = createRefundStore(db, tables);
const deadlineOf = ({ policy }: RequestSnapshot, now: number) => expiryOf(policy.content.waiting, CALENDAR, now);
const requests = requestApi(store, CHANNELS, deadlineOf, readOffer(db, tables));
const decisions = decisionApi(store, DEPARTMENTS);
const reading = refundApi(store, CHANNELS);
const returns = returnRoutes(store, createReceiptStore(db, tables.REFUND_TABLE_NAME), CHANNELS, RETURN_ADDRESSES);
const policies = policyApi(createPolicyStore(db, tables.REFUND_TABLE_NAME));

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
