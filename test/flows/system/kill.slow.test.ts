import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createApiClient } from '../../support/system/api-client.ts';
import { createLake } from '../../support/system/back-office.ts';
import { orderOf, stockedSku } from '../../support/system/test-data.ts';
import { waitUntilIdle } from '../../support/system/until-idle.ts';

test('a kill during order placement loses no accepted order and no event, and the next start continues', async () => {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'storeworks-kill-'));
  onTestFinished(() => rm(stateDirectory, { recursive: true, force: true }));
  const before = await startProcess(stateDirectory);
  const sku = await stockedSku(before, { units: 10_000 });

  const accepted = new Map<string, string>();
  const contents = Array.from({ length: 400 }, () => orderOf(sku));
  const placements = contents.map(async (content) => {
    const response = await before.client('storefront').post('/orders', content);
    if (response.status === 201) accepted.set(content.externalOrderId, response.text);
  });
  while (accepted.size < 120) await sleep(5);
  before.kill();
  await Promise.allSettled(placements);
  expect(accepted.size).toBeLessThan(400);

  const after = await startProcess(stateDirectory);
  for (const content of contents) {
    const response = await after.client('storefront').post('/orders', content);
    const first = accepted.get(content.externalOrderId);
    expect([200, ...(first === undefined ? [201] : [])]).toContain(response.status);
    expect(response.text).toBe(first ?? response.text);
  }
  const stock = await after.client('warehouse').get(`/stock/${sku}`);
  expect(stock.body.reserved).toBe(400);

  await after.settled();
  const events = await createLake(after.credentials).events('OrderPlaced');
  expect(new Set(events.map((event) => event.detail.metadata.eventId)).size).toBe(400);
});

async function startProcess(stateDirectory: string) {
  const script = join(import.meta.dirname, '../../support/system/engine-process.ts');
  const args = [script, '--cdkOut', inject('cdkOut'), '--stateDirectory', stateDirectory];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => stop(child));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const credentials = JSON.parse(line);
  const clients = new Map<string, ReturnType<typeof createApiClient>>();
  return {
    credentials,
    client: (name: string) => {
      const client = clients.get(name) ?? createApiClient(credentials, name, 32);
      clients.set(name, client);
      return client;
    },
    settled: () => waitUntilIdle(credentials.gatewayUrl),
    kill: () => child.kill('SIGKILL'),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
