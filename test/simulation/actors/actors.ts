import { setTimeout as sleep } from 'node:timers/promises';
import { storefronts } from './order-actors.ts';
import { days } from '../workload/order-plan.ts';
import { historian, warehouse } from './stock-actors.ts';
import { type Actor, callWithRetries } from './run-context.ts';

/** Prices that change and SKUs that go off sale and come back while they are ordered. */
const catalogue: Actor = {
  name: 'catalogue',
  act: async ({ plan, client, observed, isTimeUp, reached }) => {
    for (const [index, { sku, goesOffSale, ...content }] of plan.skuChanges.entries()) {
      await reached(index / plan.skuChanges.length);
      if (isTimeUp()) return;
      for (const active of goesOffSale ? [false, true] : [true]) {
        const record = { name: `Simulated ${sku}`, currency: 'GBP', active, ...content };
        await callWithRetries(observed, () => client('admin').put(`/catalog/skus/${sku}`, record));
      }
    }
  },
};

/** Finance asks for the days' reports while they are still filling. */
const finance: Actor = {
  name: 'finance',
  act: async ({ client, observed, reached }) => {
    for (const date of days) {
      await reached(0.3);
      const answer = await callWithRetries(observed, () => client('finance').post('/reports/runs', { date }));
      if (answer?.status === 202) observed.reportRuns.push({ runId: answer.body.runId, date });
    }
  },
};

/** Time, which does not pass evenly. */
const clock: Actor = {
  name: 'clock',
  act: async ({ plan: { jumpsSeconds }, jump, reached }) => {
    for (const [index, seconds] of jumpsSeconds.entries()) {
      await reached((index + 0.5) / jumpsSeconds.length);
      await sleep(100);
      jump(seconds);
    }
  },
};

/** The receivers of webhooks are in `receivers.ts`: they are called. */
export const actors: Actor[] = [storefronts, warehouse, historian, catalogue, finance, clock];
