import { Manifest } from '../../../functions/nightly-metrics/reports/manifest.ts';
import type { ApiClient } from '../../support/system/api-client.ts';
import { type Admin, readObject } from './final-state.ts';

/** The manifest of a day's reports, or the reason why there is none. */
export type DayReport = { date: string; manifest: Manifest | undefined; failure: string | undefined };

/** Requests a day's reports and reads the version in force when the system is quiescent. */
export async function reportOf(
  finance: ApiClient,
  { s3 }: Admin,
  bucket: string,
  date: string,
  becomeQuiescent: () => Promise<void>,
): Promise<DayReport> {
  const failed = (failure: string) => ({ date, manifest: undefined, failure });
  const requested = await finance.post('/reports/runs', { date });
  if (requested.status !== 202) return failed(requested.text);
  await becomeQuiescent();
  const { body: run } = await finance.get(`/reports/runs/${requested.body.runId}`);
  if (run.status !== 'completed') return failed(`the run is ${run.status}: ${run.error}`);
  const readJson = async (key: string): Promise<unknown> =>
    JSON.parse(Buffer.from(await readObject(s3, bucket, key)).toString('utf8'));
  const latest = (await readJson(`daily/dt=${date}/latest.json`)) as { manifest: string };
  return { date, manifest: Manifest.parse(await readJson(latest.manifest)), failure: undefined };
}
