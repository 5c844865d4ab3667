import { readOffer } from '../../shared/catalog/offer-store.ts';
import * as policyChangeHttp from '../../shared/contracts/refunds/policy-change-routes.ts';
import * as policyHttp from '../../shared/contracts/refunds/policy-routes.ts';
import { findReturns, getReturn, receiveReturn } from '../../shared/contracts/refunds/return-routes.ts';
import * as routes from '../../shared/contracts/refunds/routes.ts';
import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandlerForChannels, on } from '../../shared/lambda/http-handler.ts';
import { secretReader } from '../../shared/secret-store.ts';
import {
  currentReasons,
  currentRefundCalendar,
  currentWarehouses,
  withCurrent,
} from '../../shared/settings/current-settings-store.ts';
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
import { returnApi, returnPlaces } from './returns/return-api.ts';
import { searchApi } from './search/search-api.ts';

const { CURSOR_SECRET_ARN, CHANNELS, DEPARTMENTS, WAREHOUSES, CALENDAR, POLICY_CHANGES, TIME_ZONE, ...tables } =
  ParsedEnv.parse(process.env);
const db = openDatabase();
const store = createRequestStore(db, tables);
const policyStore = createPolicyStore(db, tables.REFUND_TABLE_NAME);
const refunds = refundApi(store, CHANNELS);
const decisions = decisionApi({ store, policies: policyStore }, DEPARTMENTS);
const payouts = payoutApi(store);
const receipts = createReceiptStore(db, tables.REFUND_TABLE_NAME);
const cursors = createCursors(secretReader(CURSOR_SECRET_ARN));
const changes = createPolicyChangeStore(db, tables.REFUND_TABLE_NAME);
const policyStores = { store: policyStore, changes, cursors };
const policies = policyApi(policyStores, POLICY_CHANGES);
const policyChanges = policyChangeApi(policyStores, POLICY_CHANGES.authorWatchHours);

const warehouses = currentWarehouses(db, tables, WAREHOUSES);
const calendar = currentRefundCalendar(db, tables, CALENDAR);
const reasons = currentReasons(db, tables, 'refund');

const requestsNow = async () => {
  const [workingHours, known] = await Promise.all([calendar(), reasons()]);
  const deadlineOf = ({ policy }: RequestSnapshot, now: number) => expiryOf(policy.content.waiting, workingHours, now);
  return requestApi(store, CHANNELS, deadlineOf, readOffer(db, tables), known);
};
const returnsNow = async () => returnApi(store, receipts, CHANNELS, returnPlaces(await warehouses()));
const searchNow = async () => {
  const codes = (await warehouses()).map(({ warehouse }) => warehouse);
  const settings = { channels: CHANNELS, warehouses: codes, timeZone: TIME_ZONE };
  return searchApi({ store, policies: policyStore, cursors }, settings, (await returnsNow()).summaryOf);
};

export const handler = httpHandlerForChannels(
  CHANNELS,
  on(routes.getRefundable, refunds.getRefundable),
  on(
    routes.requestRefund,
    withCurrent(requestsNow, (requests) => requests.requestRefund),
  ),
  on(
    routes.amendRefund,
    withCurrent(requestsNow, (requests) => requests.amendRefund),
  ),
  on(
    routes.withdrawRefund,
    withCurrent(requestsNow, (requests) => requests.withdrawRefund),
  ),
  on(routes.decideRefund, decisions.decideRefund),
  on(routes.settleRefund, payouts.settleRefund),
  on(routes.getRefund, refunds.getRefund),
  on(routes.getRefundTimeline, refunds.getRefundTimeline),
  on(
    routes.findRefunds,
    withCurrent(searchNow, (search) => search.findRefunds),
  ),
  on(
    findReturns,
    withCurrent(searchNow, (search) => search.findReturns),
  ),
  on(
    getReturn,
    withCurrent(returnsNow, (returns) => returns.getReturn),
  ),
  on(
    receiveReturn,
    withCurrent(returnsNow, (returns) => returns.receiveReturn),
  ),
  on(
    routes.rateRefund,
    withCurrent(requestsNow, (requests) => requests.rateRefund),
  ),
  on(policyHttp.getRefundPolicy, policies.getRefundPolicy),
  on(policyHttp.putRefundPolicy, policies.putRefundPolicy),
  on(policyHttp.listRefundPolicyVersions, policies.listRefundPolicyVersions),
  on(policyChangeHttp.listRefundPolicyChanges, policyChanges.listRefundPolicyChanges),
  on(policyChangeHttp.getRefundPolicyChange, policyChanges.getRefundPolicyChange),
  on(policyChangeHttp.decideRefundPolicyChange, policyChanges.decideRefundPolicyChange),
);
