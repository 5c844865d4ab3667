import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assemble } from '../../infra/assembly.ts';
import type { Tally } from './counting/tally.ts';

const root = join(import.meta.dirname, '../..');

/** A back office that has not stopped by then is killed. */
const stopTimeoutMs = 30_000;

let assembly: Promise<string> | undefined;
/** Directory of the assembly that `npm start` runs. */
export const cdkOut = () => (assembly ??= assemble({ root, log: (line) => console.error(line) }));

export const newState = () => mkdtempSync(join(tmpdir(), 'storeworks-bench-'));

/** Runs `npm start` with its own state directory. */
export async function startOffice(...options: string[]) {
  const state = newState();
  await cdkOut();
  const started = performance.now();
  const office = await running(state, ['infra/start.ts', '--state', state, ...options]);
  return { ...office, secondsToReady: (performance.now() - started) / 1000 };
}

type ObserverOptions = {
  transactionMs?: number;
  isSlow?: boolean;
  queueDelaySeconds?: number;
  state?: string;
  /** Directory of another assembly. */
  app?: string;
};

/**
 * Runs a back office that counts the calls of its functions. `transactionMs`: concurrent transactions on an item conflict
 * during this time, as on AWS; with `isSlow` they also take it. `queueDelaySeconds`: delay of messages to queues.
 */
export async function startObservedOffice({
  transactionMs,
  isSlow,
  queueDelaySeconds,
  state = newState(),
  app,
}: ObserverOptions = {}) {
  const conflicts = transactionMs === undefined ? [] : ['--transaction-ms', String(transactionMs)];
  const slow = isSlow ? ['--slow'] : [];
  const queueDelay = queueDelaySeconds === undefined ? [] : ['--queue-delay', String(queueDelaySeconds)];
  const office = await running(state, [
    'test/bench/observed-engine.ts',
    '--app',
    app ?? (await cdkOut()),
    '--state',
    state,
    ...conflicts,
    ...slow,
    ...queueDelay,
  ]);
  return {
    ...office,
    /** Starts counting. */
    begin: () => office.child.send('begin'),
    /** Ends counting and returns the tally since `begin`. */
    tally: async (): Promise<Tally> => {
      office.child.send('end');
      const [tally] = (await once(office.child, 'message')) as [Tally];
      return tally;
    },
  };
}

async function running(state: string, args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [...flagsOfStart(), ...args], {
    cwd: root,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const file = join(state, 'credentials.json');
  const isHealthy = async () => {
    if (!existsSync(file)) return false;
    const health = await fetch(`${JSON.parse(readFileSync(file, 'utf8')).apiUrl}/health`).catch(() => undefined);
    return health?.status === 200;
  };
  while (!(await isHealthy())) {
    if (child.exitCode !== null) throw new Error('The back office did not start');
    await sleep(20);
  }
  return {
    child,
    credentials: JSON.parse(readFileSync(file, 'utf8')),
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGINT');
      // After a flood, functions that run would be waited for.
      const killing = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await exited;
      clearTimeout(killing);
      rmSync(state, { recursive: true, force: true });
    },
  };
}

/** Node options of `npm start`. */
function flagsOfStart(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((argument) => argument.startsWith('--'));
}
