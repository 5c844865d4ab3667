import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '../../shared/in-parallel.ts';
import type { ApiAnswer, ApiClient } from '../support/api-client.ts';
import { days, type Plan, type PlannedMovements, type PlannedOrder } from './plan.ts';
import type { Witness } from './witness.ts';

type World = {
  plan: Plan;
  client: (name: string) => ApiClient;
  witness: Witness;
  /** Called when an order has been dealt with. */
  onOrder: () => void;
  /** Moves the clock of the engine and its functions ahead. */
  jump: (seconds: number) => void;
  /** Whether the time for the run is up. */
  isTimeUp: () => boolean;
};

/** Somebody who uses the back office while the storm goes on; resolves when everything planned was tried. */
export type Actor = { name: string; act: (world: World) => Promise<void> };

const ordersAtOnce = 16;
const tries = 12;

/** Calls until there is an answer that repeating would not change, as callers are told to; none after many tries. */
async function insist(witness: Witness, call: () => Promise<ApiAnswer>): Promise<ApiAnswer | undefined> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    if (attempt > 0) witness.retried();
    const answer = await call().catch(() => undefined);
    if (answer && answer.status < 500 && answer.status !== 429) return answer;
    await sleep(20 * (attempt + 1));
  }
  witness.leftUnanswered();
  return undefined;
}

/** The channels' storefronts: many at once, each order under its identity until it is answered, some sent twice or changed. */
const storefronts: Actor = {
  name: 'storefronts',
  act: async ({ plan, client, witness, onOrder, isTimeUp }) => {
    const send = async (order: PlannedOrder, content: PlannedOrder['content']) => {
      const answer = await insist(witness, () => client(order.client).post('/orders', content));
      const { status = 0, text = '', body } = answer ?? {};
      const type = String(body?.type ?? '');
      witness.orders.push({ channel: order.client, sent: content, status, type, text });
    };
    await inParallel(ordersAtOnce, plan.orders, async (order) => {
      if (isTimeUp()) return;
      const contents = Array.from({ length: 1 + order.repeats }, () => order.content);
      if (order.isHasty) await Promise.all(contents.map((content) => send(order, content)));
      else for (const content of contents) await send(order, content);
      if (order.changed) await send(order, order.changed);
      onOrder();
    });
  },
};

/** Delivery notes and counts of the warehouse, some of them sent again. */
const warehouse: Actor = {
  name: 'warehouse',
  act: async ({ plan, client, witness, isTimeUp }) => {
    const send = async (movements: PlannedMovements['movements']) => {
      const answer = await insist(witness, () => client('warehouse').post('/stock/movements', { movements }));
      for (const [index, sent] of movements.entries()) {
        const result = answer?.status === 200 ? answer.body.results[index] : undefined;
        if (result) witness.movements.push({ sent, status: result.status, reason: result.reason });
      }
    };
    await inParallel(3, plan.movements, async ({ movements, repeats, isHasty }) => {
      if (isTimeUp()) return;
      const sendings = Array.from({ length: 1 + repeats }, () => movements);
      if (isHasty) await Promise.all(sendings.map(send));
      else for (const sending of sendings) await send(sending);
    });
  },
};

/** Prices that change and SKUs that go off sale and come back while they are ordered. */
const catalogue: Actor = {
  name: 'catalogue',
  act: async ({ plan, client, witness, isTimeUp }) => {
    for (const { sku, goesOffSale, ...content } of plan.skuChanges) {
      if (isTimeUp()) return;
      for (const active of goesOffSale ? [false, true] : [true]) {
        const record = { name: `Simulated ${sku}`, currency: 'GBP', active, ...content };
        await insist(witness, () => client('admin').put(`/catalog/skus/${sku}`, record));
      }
      await sleep(50);
    }
  },
};

/** Finance asks for the days' reports while they are still filling. */
const finance: Actor = {
  name: 'finance',
  act: async ({ client, witness }) => {
    for (const date of days) {
      const answer = await insist(witness, () => client('finance').post('/reports/runs', { date }));
      if (answer?.status === 202) witness.reportRuns.push({ runId: answer.body.runId, date });
      await sleep(500);
    }
  },
};

/** Time, which does not pass evenly. */
const clock: Actor = {
  name: 'clock',
  act: async ({ plan, jump }) => {
    for (const seconds of plan.jumpsSeconds) {
      await sleep(250);
      jump(seconds);
    }
  },
};

/** Life cycle, payments, the queue lane and webhooks join here. */
export const actors: Actor[] = [storefronts, warehouse, catalogue, finance, clock];
