import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '../..');

/** `npm start` on a state of its own. */
export async function startOffice() {
  const state = mkdtempSync(join(tmpdir(), 'storeworks-bench-'));
  const started = performance.now();
  const child = spawn(process.execPath, [join(root, 'infra/local/start.ts'), '--state', state], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'ignore', 'inherit'],
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
    secondsToReady: (performance.now() - started) / 1000,
    credentials: JSON.parse(readFileSync(file, 'utf8')),
    stop: async () => {
      child.kill('SIGINT');
      await once(child, 'exit');
      rmSync(state, { recursive: true, force: true });
    },
  };
}
