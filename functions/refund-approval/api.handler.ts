import { openDatabase } from '../../shared/database.ts';
import * as routes from '../../shared/http/refunds.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import { deadlineOf } from './deadline.ts';
import { decisionRoutes } from './decisions.ts';
import { ParsedEnv } from './env.ts';
import { readRoutes } from './reading.ts';
import { requestRoutes } from './requests.ts';
import { createRefundStore } from './store.ts';

const { CHANNELS, DEPARTMENTS, ...tables } = ParsedEnv.parse(process.env);
const store = createRefundStore(openDatabase(), tables);
const requests = requestRoutes(store, CHANNELS, deadlineOf);
const decisions = decisionRoutes(store, DEPARTMENTS);
const reading = readRoutes(store, CHANNELS);

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
);
