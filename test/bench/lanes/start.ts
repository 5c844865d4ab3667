import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../numbers.ts';
import { startOffice } from '../office.ts';

const restarts = 3;

/** Measures seconds until the API is healthy: of the first start, which bundles, and of restarts, which reuse the assembly. */
export async function start(): Promise<void> {
  const assemblies = mkdtempSync(join(tmpdir(), 'storeworks-bench-assemblies-'));
  const secondsToReady = async () => {
    const office = await startOffice('--assemblies', assemblies);
    await office.stop();
    return office.secondsToReady;
  };
  try {
    const first = await secondsToReady();
    const others: number[] = [];
    for (let restart = 0; restart < restarts; restart += 1) others.push(await secondsToReady());
    const restartMedian = median(others);
    console.log(`first start   ${first.toFixed(1)} s`);
    console.log(`restart       ${restartMedian.toFixed(1)} s, median of ${restarts}`);
    console.log(`ratio         ${(restartMedian / first).toFixed(2)}`);
  } finally {
    rmSync(assemblies, { recursive: true });
  }
}
