import { readOffer } from '../../shared/catalog/offer-store.ts';
import * as policyChangeHttp from '../../shared/contracts/refunds/policy-change-routes.ts';
import * as policyHttp from '../../shared/contracts/refunds/policy-routes.ts';
import { findReturns, getReturn, receiveReturn } from '../../shared/contracts/refunds/return-routes.ts';
import * as routes from '../../shared/contracts/refunds/routes.ts';
import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandlerForChannels, on } from '../../shared/lambda/http-handler.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { decisionApi } from './approvals/decision-api.ts';
import { expiryOf } from './deadlines/deadlines.ts';
import { ParsedEnv } from './env.ts';
import { payoutApi } from './payouts/payout-api.ts';
import { policyChangeApi } from './policy/change-api.ts';
import { createPolicyChangeStore } from './policy/change-store.ts';
import { policyApi } from './policy/policy-api.ts';
import { createPolicyStore } from './refund/policy-store.ts';
import type { RequestSnapshot } from './requests/decide.ts';
import { refundApi } from './requests/refund-api.ts';
import { requestApi } from './requests/request-api.ts';
import { createRequestStore } from './requests/request-store.ts';
import { createReceiptStore } from './returns/receipt-store.ts';
import { returnApi } from './returns/return-api.ts';
import { searchApi } from './search/search-api.ts';

const {
  CURSOR_SECRET_ARN,
  CHANNELS,
  DEPARTMENTS,
  RETURN_ADDRESSES,
  WAREHOUSE_CODES,
  CALENDAR,
  POLICY_CHANGES,
  ...tables
} = ParsedEnv.parse(process.env);
const db = openDatabase();
const store = createRequestStore(db, tables);
const policyStore = createPolicyStore(db, tables.REFUND_TABLE_NAME);
const deadlineOf = ({ policy }: RequestSnapshot, now: number) => expiryOf(policy.content.waiting, CALENDAR, now);
const requests = requestApi(store, CHANNELS, deadlineOf, readOffer(db, tables));
const refunds = refundApi(store, CHANNELS);
const decisions = decisionApi({ store, policies: policyStore }, DEPARTMENTS);
const payouts = payoutApi(store);
const returns = returnApi(store, createReceiptStore(db, tables.REFUND_TABLE_NAME), CHANNELS, {
  addresses: RETURN_ADDRESSES,
  codes: WAREHOUSE_CODES,
});
const settings = { channels: CHANNELS, warehouses: WAREHOUSE_CODES, timeZone: CALENDAR.timeZone };
const cursors = createCursors(secretReader(CURSOR_SECRET_ARN));
const search = searchApi({ store, policies: policyStore, cursors }, settings, returns.summaryOf);
const changes = createPolicyChangeStore(db, tables.REFUND_TABLE_NAME);
const policyStores = { store: policyStore, changes, cursors };
const policies = policyApi(policyStores, POLICY_CHANGES);
const policyChanges = policyChangeApi(policyStores, POLICY_CHANGES.authorWatchHours);

export const handler = httpHandlerForChannels(
  CHANNELS,
  on(routes.getRefundable, refunds.getRefundable),
  on(routes.requestRefund, requests.requestRefund),
  on(routes.amendRefund, requests.amendRefund),
  on(routes.withdrawRefund, requests.withdrawRefund),
  on(routes.decideRefund, decisions.decideRefund),
  on(routes.settleRefund, payouts.settleRefund),
  on(routes.getRefund, refunds.getRefund),
  on(routes.getRefundTimeline, refunds.getRefundTimeline),
  on(routes.findRefunds, search.findRefunds),
  on(findReturns, search.findReturns),
  on(getReturn, returns.getReturn),
  on(receiveReturn, returns.receiveReturn),
  on(routes.rateRefund, requests.rateRefund),
  on(policyHttp.getRefundPolicy, policies.getRefundPolicy),
  on(policyHttp.putRefundPolicy, policies.putRefundPolicy),
  on(policyHttp.listRefundPolicyVersions, policies.listRefundPolicyVersions),
  on(policyChangeHttp.listRefundPolicyChanges, policyChanges.listRefundPolicyChanges),
  on(policyChangeHttp.getRefundPolicyChange, policyChanges.getRefundPolicyChange),
  on(policyChangeHttp.decideRefundPolicyChange, policyChanges.decideRefundPolicyChange),
);
