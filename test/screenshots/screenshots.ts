import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { assemble } from '../../infra/assembly.ts';
import { fillWithDemo } from '../../infra/demo/demo.ts';
import { type LocalStore, startLocalStore } from '../../infra/local-store.ts';
import { contextOf, startBrowser, viewports } from '../support/console/browser.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'docs');
const pages = {
  console: '/console/dashboards/Storeworks-Administration',
  automations: '/console/automations',
  refund: '/console/automations/Storeworks-DecideRefund',
  queues: '/console/queues',
};

/** Starts a store with the demo, and takes pictures of the console and of a day's report at desk and phone size. */
const state = await mkdtemp(join(tmpdir(), 'storeworks-screenshots-'));
const cdkOut = await assemble({ root, log: (line) => console.error(line) });
const store = await startLocalStore({ cdkOut, stateDirectory: state });
const browser = await startBrowser();
try {
  await fillWithDemo(store, new AbortController().signal);
  mkdirSync(folder, { recursive: true });
  const report = await latestReport(store);
  for (const [size, viewport] of Object.entries(viewports)) {
    const context = await contextOf(browser, store, 'admin', { viewport, locale: 'en-GB' });
    const page = await context.newPage();
    const shoot = async (name: string) => {
      const path = join(folder, `${name}-${size}.png`);
      await page.screenshot({ path });
      console.log(path);
    };
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(path);
      await shoot(name);
    }
    await page.setContent(report, { waitUntil: 'load' });
    await shoot('report');
    await context.close();
  }
} finally {
  await browser.close();
  await store.stop();
  await rm(state, { recursive: true, force: true });
}

/** The HTML page of the last day with reports. */
async function latestReport({ credentials }: LocalStore): Promise<string> {
  const { s3Endpoint: endpoint, region, awsCredentials, reportsBucket: Bucket } = credentials;
  const s3 = new S3Client({ endpoint, region, forcePathStyle: true, credentials: awsCredentials });
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'daily/' }));
  const Key = Contents.flatMap(({ Key: key }) => (key?.endsWith('.html') ? [key] : [])).at(-1);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToString()) ?? '';
}
