import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EngineOptions, startEngine } from './local/engine.ts';
import { localCredentialsOf } from './local-credentials.ts';
import { store } from './store.ts';

export type LocalStore = Awaited<ReturnType<typeof startLocalStore>>;

/** Variables of all functions which only the local store sets. */
const functionEnvironment = {
  // A channel's webhook endpoint may be on this machine. On AWS the variable is not set.
  STOREWORKS_WEBHOOK_LOOPBACK: 'allowed',
};

/** By department: its permission set in IAM Identity Center. */
const consoleRoles = Object.fromEntries(
  Object.entries(store.awsConsole.departments).map(([permissionSet, department]) => [
    department,
    { permissionSet, policies: [`Storeworks-Console-${department}`] },
  ]),
);

/** Two administrators, for what needs two people. */
const people = { consoleRoles, groupsWithTwo: ['admin'] };

/**
 * Runs the synthesised store on this machine until `stop`, and writes `credentials.json` into its state directory.
 * Throws StartError as `startEngine` does.
 */
export async function startLocalStore(options: Omit<EngineOptions, 'functionEnvironment' | keyof typeof people>) {
  const engine = await startEngine({ ...options, functionEnvironment, ...people });
  try {
    const credentials = localCredentialsOf(engine);
    const file = join(options.stateDirectory, 'credentials.json');
    writeFileSync(file, JSON.stringify(credentials, null, 2), { mode: 0o600 });
    return { ...engine, credentials };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}
