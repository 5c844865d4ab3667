import { setTimeout as sleep } from 'node:timers/promises';
import { Manifest } from '../../functions/nightly-metrics/manifest.ts';
import type { ApiClient } from '../support/api-client.ts';
import { type Admin, readObject } from './facts.ts';

/** A day's reports as finance finds them; `failure` says why there are none. */
export type DayReport = { date: string; manifest: Manifest | undefined; failure: string | undefined };

const patienceMs = 30_000;

/** Asks for a day's reports and reads the version in force. */
export async function reportOf(finance: ApiClient, { s3 }: Admin, bucket: string, date: string): Promise<DayReport> {
  const requested = await finance.post('/reports/runs', { date });
  if (requested.status !== 202) return { date, manifest: undefined, failure: requested.text };
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const { body: run } = await finance.get(`/reports/runs/${requested.body.runId}`);
    if (run.status === 'completed') break;
    if (run.status === 'failed' || performance.now() > deadline) {
      return { date, manifest: undefined, failure: `the run is ${run.status}: ${run.error}` };
    }
    await sleep(50);
  }
  const readJson = async (key: string): Promise<unknown> =>
    JSON.parse(Buffer.from(await readObject(s3, bucket, key)).toString('utf8'));
  const latest = (await readJson(`daily/dt=${date}/latest.json`)) as { manifest: string };
  return { date, manifest: Manifest.parse(await readJson(latest.manifest)), failure: undefined };
}
