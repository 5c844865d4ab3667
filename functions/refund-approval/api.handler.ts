import { readOffer } from '../../shared/catalog/offer.ts';
import { openDatabase } from '../../shared/database.ts';
import * as policyHttp from '../../shared/http/refund-policy.ts';
import * as routes from '../../shared/http/refunds.ts';
import { getReturn, receiveReturn } from '../../shared/http/returns.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import type { Known } from './decide.ts';
import { decisionRoutes } from './decisions.ts';
import { ParsedEnv } from './env.ts';
import { policyRoutes } from './policy-routes.ts';
import { createPolicyStore } from './policy-store.ts';
import { readRoutes } from './reading.ts';
import { createReceiptStore } from './receipt-store.ts';
import { requestRoutes } from './requests.ts';
import { returnRoutes } from './returns.ts';
import { createRefundStore } from './store.ts';
import { expiryOf } from './waiting.ts';

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
