import { setTimeout as sleep } from 'node:timers/promises';
import { storefronts } from './order-actors.ts';
import { marketing } from './marketing.ts';
import { days } from '../workload/order-plan.ts';
import { orderImporter, warehouse } from './stock-actors.ts';
import { type Actor, callWithRetries } from './run-context.ts';

/** Changes prices, and deactivates and reactivates SKUs, while they are ordered. */
const catalogue: Actor = {
  name: 'catalogue',
  act: async ({ plan, client, observed, isTimeUp, reached }) => {
    for (const [index, { sku, isDeactivatedFirst, ...content }] of plan.skuChanges.entries()) {
      await reached(index / plan.skuChanges.length);
      if (isTimeUp()) return;
      for (const active of isDeactivatedFirst ? [false, true] : [true]) {
        const record = { name: `Simulated ${sku}`, currency: 'GBP', active, ...content };
        await callWithRetries(observed, () => client('admin').put(`/catalog/skus/${sku}`, record));
      }
    }
  },
};

/** Requests the days' reports while orders are still being placed. */
const finance: Actor = {
  name: 'finance',
  act: async ({ client, observed, reached }) => {
    for (const date of days) {
      await reached(0.3);
      const response = await callWithRetries(observed, () => client('finance').post('/reports/runs', { date }));
      if (response?.status === 202) observed.reportRuns.push({ runId: response.body.runId, date });
    }
  },
};

/** Moves the clock ahead. */
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

export const actors: Actor[] = [storefronts, warehouse, orderImporter, catalogue, finance, marketing, clock];
