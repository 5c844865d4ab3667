import { cpSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalStore } from '../../infra/local-store.ts';
import { type ApiClient, createApiClient } from '../support/system/api-client.ts';
import { editTemplates, environmentEdit, paymentWindow } from '../support/system/template-edits.ts';

export const paymentWindowMinutes = 30;
const connections = 128;

export type CasesOffice = Awaited<ReturnType<typeof startCasesOffice>>;

/**
 * Starts a back office of its own from a synthesised app, with the clock at `startsAt` (milliseconds). Orders of the
 * storefront wait for their payment, so that they can expire.
 */
export async function startCasesOffice(cdkOut: string, startsAt: number) {
  const directory = mkdtempSync(join(tmpdir(), 'storeworks-cases-'));
  const edited = join(directory, 'cdk.out');
  cpSync(cdkOut, edited, { recursive: true });
  editTemplates(edited, environmentEdit('CHANNELS', paymentWindow('storefront', paymentWindowMinutes)));
  let aheadMs = startsAt - Date.now();
  const now = () => Date.now() + aheadMs;
  const engine = await startLocalStore({ cdkOut: edited, stateDirectory: join(directory, 'state'), now });
  const clients = new Map<string, ApiClient>();
  let priority = 0;
  const closeClients = async () => {
    const made = [...clients.values()];
    clients.clear();
    await Promise.all(made.map((client) => client.close()));
  };
  return {
    now,
    /** Settings documents as they were put last. */
    settings: new Map<string, string>(),
    /** A priority that no other price list has. */
    nextPriority: () => (priority += 1),
    client(name: string): ApiClient {
      const client = clients.get(name) ?? createApiClient(engine.credentials, name, connections, now);
      clients.set(name, client);
      return client;
    },
    /** Moves the clock forward. */
    async pass(ms: number): Promise<void> {
      aheadMs += ms;
      await closeClients();
    },
    async stop(): Promise<void> {
      await closeClients();
      await engine.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
