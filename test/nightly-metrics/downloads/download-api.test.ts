import { S3Client } from '@aws-sdk/client-s3';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { downloadHandlers } from '../../../functions/nightly-metrics/downloads/download-api.ts';
import { Published } from '../../../functions/nightly-metrics/downloads/published.ts';
import { createPublishedStore } from '../../../shared/reports/publishing/published-store.ts';
import { httpHandler } from '../../../shared/lambda/http-handler.ts';
import { memoryS3 } from '../run/memory-s3.ts';

const date = '2026-11-29';
const manifest = (version: number) => `daily/dt=${date}/v=${version}/manifest.json`;
const ofVersion = (version: number) => ({
  date,
  version,
  runId: 'run-1',
  reports: [
    { name: 'orders', rows: version, amounts: {}, files: [{ file: 'orders.csv', bytes: 9, sha256: 'ab' }] },
    { name: 'refunds', rows: 0, amounts: {}, files: [{ file: 'refunds.parquet', bytes: 4, sha256: 'cd' }] },
  ],
});
const bucket = memoryS3();
const put = (key: string, content: object) =>
  bucket.objects.set(`reports/${key}`, Buffer.from(JSON.stringify(content)));
put(`daily/dt=${date}/latest.json`, { date, version: 2, manifest: manifest(2), writtenAt: '2026-11-30T00:30:00.000Z' });
for (const version of [1, 2, 3]) put(manifest(version), ofVersion(version));

const store = {
  ...createPublishedStore(bucket.client, 'reports', 'daily', Published),
  link: ({ manifest: key }: { manifest: string }, file: string) => Promise.resolve(`signed ${key} ${file}`),
};
async function get(routeKey: string, pathParameters: Record<string, string>) {
  const event = { routeKey, headers: {}, pathParameters, requestContext: { requestId: 'request-1' } };
  const response = await httpHandler(...downloadHandlers(store))(
    event as unknown as APIGatewayProxyEventV2,
    { functionName: 'f', awsRequestId: 'r' } as Context,
  );
  return { status: response.statusCode, location: response.headers?.['location'], body: response.body };
}
const day = (value: string) => get('GET /reports/{date}', { date: value });
const file = (report: string, value = date) => get('GET /reports/{date}/{report}', { date: value, report });

describe('the reports of a day', () => {
  test('are those of the version in force, with the location of each file', async () => {
    const { status, body } = await day(date);
    expect([status, JSON.parse(body ?? '')]).toEqual([
      200,
      {
        date,
        version: 2,
        writtenAt: '2026-11-30T00:30:00.000Z',
        manifest: manifest(2),
        reports: [
          {
            name: 'orders',
            rows: 2,
            files: [{ file: 'orders.csv', bytes: 9, sha256: 'ab', location: `/reports/${date}/orders.csv` }],
          },
          {
            name: 'refunds',
            rows: 0,
            files: [{ file: 'refunds.parquet', bytes: 4, sha256: 'cd', location: `/reports/${date}/refunds.parquet` }],
          },
        ],
      },
    ]);
  });

  test.each([
    ['2026-11-28', 404],
    ['2026-02-30', 400],
    ['yesterday', 400],
    ['runs', 400],
    ['../lake', 400],
  ])('of %s are %i', async (value, status) => {
    expect((await day(value)).status).toBe(status);
    expect((await file('orders.csv', value)).status).toBe(status);
  });
});

describe('a download', () => {
  test.each([
    ['orders.csv', 'orders.csv'],
    ['orders', 'orders.csv'],
    ['refunds.parquet', 'refunds.parquet'],
  ])('of %s redirects to the file of the version in force', async (name, expected) => {
    expect(await file(name)).toMatchObject({ status: 302, location: `signed ${manifest(2)} ${expected}` });
  });

  test.each(['refunds', 'manifest.json', 'latest.json', 'orders.csv.csv', 'constructor', 'ORDERS.csv'])(
    'of %s does not exist',
    async (name) => {
      expect((await file(name)).status).toBe(404);
    },
  );

  test('has a signed URL of one file for five minutes, which a browser saves', async () => {
    const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
    const s3 = new S3Client({ region: 'eu-west-1', credentials, endpoint: 'http://127.0.0.1:1', forcePathStyle: true });
    const url = new URL(
      await createPublishedStore(s3, 'reports', 'daily', Published).link({ manifest: manifest(2) }, 'orders.csv'),
    );
    expect(decodeURIComponent(url.pathname)).toBe(`/reports/daily/dt=${date}/v=2/orders.csv`);
    expect(url.searchParams.get('X-Amz-Expires')).toBe('300');
    expect(url.searchParams.get('response-content-disposition')).toBe('attachment; filename="orders.csv"');
  });
});
