import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assemble } from '../../infra/assembly.ts';
import type { Tally } from './counting/tally.ts';

const root = join(import.meta.dirname, '../..');

/** The assembly that `npm start` runs. */
export const cdkOut = await assemble({ root, log: (line) => console.error(line) });

export const newState = () => mkdtempSync(join(tmpdir(), 'storeworks-bench-'));

/** `npm start` on a state of its own. */
export async function startOffice(...options: string[]) {
  const state = newState();
  const started = performance.now();
  const office = await running(state, ['infra/start.ts', '--state', state, ...options]);
  return { ...office, secondsToReady: (performance.now() - started) / 1000 };
}

type Observing = { transactionMs?: number; isSlow?: boolean; laterSeconds?: number; state?: string };

/**
 * The same in a process that counts what its functions do; `transactionMs`: concurrent transactions conflict
 * as on AWS, and with `isSlow` take so long; `laterSeconds`:
 * what follows from events through queues begins that much later.
 */
export async function startObservedOffice({ transactionMs, isSlow, laterSeconds, state = newState() }: Observing = {}) {
  const conflicts = transactionMs === undefined ? [] : ['--transaction-ms', String(transactionMs)];
  const slow = isSlow ? ['--slow'] : [];
  const later = laterSeconds === undefined ? [] : ['--later', String(laterSeconds)];
  const office = await running(state, [
    'test/bench/observed-engine.ts',
    '--app',
    cdkOut,
    '--state',
    state,
    ...conflicts,
    ...slow,
    ...later,
  ]);
  return {
    ...office,
    /** Counts from now on. */
    begin: () => office.child.send('begin'),
    /** What was counted since. */
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
  const isUp = async () => {
    if (!existsSync(file)) return false;
    const health = await fetch(`${JSON.parse(readFileSync(file, 'utf8')).apiUrl}/health`).catch(() => undefined);
    return health?.status === 200;
  };
  while (!(await isUp())) {
    if (child.exitCode !== null) throw new Error('The back office did not start');
    await sleep(20);
  }
  return {
    child,
    credentials: JSON.parse(readFileSync(file, 'utf8')),
    stop: async () => {
      child.kill('SIGINT');
      await once(child, 'exit');
      rmSync(state, { recursive: true, force: true });
    },
  };
}

/** What `npm start` tells node. */
function flagsOfStart(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}
