import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, startEngine } from '../../infra/local/engine.ts';
import { type ApiClient, createApiClient } from '../support/api-client.ts';
import { actors } from './actors.ts';
import { redriveAll } from './dead-letters.ts';
import { adminOf, type Facts, readLake, readTables } from './facts.ts';
import { breachesOf } from './invariants.ts';
import { days, type Plan, planOf } from './plan.ts';
import { reportOf } from './reports.ts';
import { stormOf } from './storm.ts';
import { createWitness } from './witness.ts';

export type SimulationOptions = {
  seed: number;
  orders: number;
  /** Directory that the app, or a broken copy of it, was synthesised into. */
  cdkOut: string;
  /** No order is begun after this time. */
  minutes?: number;
  /** Without, nothing goes wrong but what callers do. */
  isStormy?: boolean;
  onOrder?: () => void;
  log?: (line: string) => void;
};

export type SimulationResult = Awaited<ReturnType<typeof simulate>>;

/**
 * How long nothing must run or move, in real ms, before time is moved on to wake what hides. A leap while a function
 * runs would take its messages from it, and too far ahead records would be too old for the relay.
 */
const patienceMs = 300;
/** In engine ms: over the longest visibility timeout. */
const leapMs = 400_000;

/** Runs the real functions through a storm, waits until all is at rest, and tells which invariants do not hold. */
export async function simulate(options: SimulationOptions) {
  const { seed, orders, cdkOut, minutes = 60, isStormy = true, onOrder = () => {}, log } = options;
  const plan = planOf(seed, orders);
  const storm = stormOf(seed);
  const witness = createWitness();
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const stateDirectory = await mkdtemp(join(tmpdir(), 'storeworks-simulation-'));
  const engine = await startEngine({ cdkOut, stateDirectory, now, faults: storm, ...(log && { log }) });
  const callers = callersOf(engine);
  try {
    const settle = () => untilAtRest(engine, () => (aheadMs += leapMs));
    const started = performance.now();
    await stockUp(callers.client('admin'), plan);
    if (isStormy) storm.begin();
    const deadline = performance.now() + minutes * 60_000;
    const isTimeUp = () => performance.now() > deadline;
    const jump = (seconds: number) => (aheadMs += seconds * 1000);
    const world = { plan, client: callers.client, witness, onOrder, jump, isTimeUp };
    await Promise.all(actors.map(({ act }) => act(world)));
    const stormSeconds = (performance.now() - started) / 1000;
    storm.end();
    await settle();
    // The clock has moved past the life of the tokens.
    await callers.close();
    const facts = await gather(engine, callersOf(engine), witness, settle);
    return { breaches: breachesOf(facts), facts, faults: storm.counts(), stormSeconds, aheadMs };
  } finally {
    await callers.close();
    await engine.stop();
    await rm(stateDirectory, { recursive: true, force: true });
  }
}

/** Catalogue and first stock, before the storm. */
async function stockUp(admin: ApiClient, { skus }: Plan): Promise<void> {
  for (const { sku, priceMinor, category, units } of skus) {
    const name = `Simulated ${sku}`;
    const created = await admin.put(`/catalog/skus/${sku}`, { name, priceMinor, category, currency: 'GBP' });
    const movements = Object.entries(units)
      .filter(([, quantity]) => quantity > 0)
      .map(([place, quantity]) => ({
        movementId: `first-${sku}-${place}`,
        sku,
        warehouse: place,
        type: 'receipt',
        quantity,
      }));
    const received = await admin.post('/stock/movements', { movements });
    if (created.status !== 201 || received.status !== 200) throw new Error(`${created.text} ${received.text}`);
  }
}

async function gather(
  engine: Engine,
  callers: ReturnType<typeof callersOf>,
  witness: Facts['witness'],
  settle: () => Promise<void>,
): Promise<Facts> {
  const admin = adminOf(engine);
  const { reportsBucket, lakeBucket } = engine.credentials;
  try {
    const deadLetters = await redriveAll(engine, admin, settle);
    const reports: Facts['reports'] = [];
    for (const date of days) reports.push(await reportOf(callers.client('finance'), admin, reportsBucket, date));
    await settle();
    const tables = await readTables(engine, admin);
    return { ...tables, lake: await readLake(admin, lakeBucket), deadLetters, reports, witness };
  } finally {
    await callers.close();
    admin.s3.destroy();
    admin.db.destroy();
  }
}

/** Waits until nothing is left to do. What hides in a queue until a timeout is waited for by moving the clock. */
async function untilAtRest(engine: Engine, leap: () => void): Promise<void> {
  const pending = async () =>
    ((await (await fetch(`${engine.gatewayUrl}/_local/pending`)).json()) as { pending: number }).pending;
  const deadline = performance.now() + 120_000;
  let [last, since, calm] = [-1, performance.now(), 0];
  while (calm < 3) {
    const left = await pending();
    calm = left === 0 ? calm + 1 : 0;
    if (left !== last || engine.inFlight() > 0) [last, since] = [left, performance.now()];
    else if (left > 0 && performance.now() - since > patienceMs) {
      leap();
      since = performance.now();
    }
    if (performance.now() > deadline) throw new Error(`Still ${left} pieces of work after two minutes of calm`);
    await sleep(20);
  }
}

function callersOf(engine: Engine) {
  const clients = new Map<string, ApiClient>();
  return {
    client: (name: string): ApiClient => {
      const made = clients.get(name) ?? createApiClient(engine.credentials, name, 64);
      clients.set(name, made);
      return made;
    },
    close: async () => {
      const open = [...clients.values()];
      clients.clear();
      await Promise.all(open.map((client) => client.close()));
    },
  };
}
