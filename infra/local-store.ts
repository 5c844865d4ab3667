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

/** One person per department, and a second administrator, as IAM Identity Center would report them. */
const consolePeople = [
  ...Object.entries(store.awsConsole.departments),
  ['StoreworksAdmin', 'admin', '-2'] as const,
].map(([permissionSet, department, suffix = '']) => {
  const name = `${department}${suffix}@storeworks.example`;
  const role = `AWSReservedSSO_${permissionSet}_0000000000000000`;
  const arn = `arn:aws:sts::000000000000:assumed-role/${role}/${name}`;
  return { name, arn, policies: [`Storeworks-Console-${department}`] };
});

/**
 * Runs the synthesised store on this machine until `stop`, and writes `credentials.json` into its state directory.
 * Throws StartError as `startEngine` does.
 */
export async function startLocalStore(options: Omit<EngineOptions, 'functionEnvironment' | 'consolePeople'>) {
  const engine = await startEngine({ ...options, functionEnvironment, consolePeople });
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
