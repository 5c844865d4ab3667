import { S3Client, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { inject, onTestFinished } from 'vitest';
import { type EngineOptions, startEngine } from '../../infra/local/engine.ts';
import { type ApiClient, createApiClient } from './api-client.ts';

export type BackOffice = Awaited<ReturnType<typeof startBackOffice>>;

type Options = Partial<Pick<EngineOptions, 'cdkOut' | 'log' | 'now' | 'faults' | 'stateDirectory'>>;

/**
 * The whole back office, on a state directory of its own or on the one given, which is kept; `client(name)` calls it as
 * that client.
 */
export async function startBackOffice({ cdkOut = inject('cdkOut'), stateDirectory: kept, ...options }: Options = {}) {
  const stateDirectory = kept ?? (await mkdtemp(join(tmpdir(), 'storeworks-')));
  const engine = await startEngine({ cdkOut, stateDirectory, ...options });
  const clients = new Map<string, ApiClient>();
  const hangUp = async () => {
    const made = [...clients.values()];
    clients.clear();
    await Promise.all(made.map((each) => each.close()));
  };
  const client = (name: string): ApiClient => {
    const made = clients.get(name) ?? createApiClient(engine.credentials, name, 256);
    clients.set(name, made);
    return made;
  };
  const lake = createLake(engine.credentials);
  return {
    ...engine,
    client,
    lake,
    /** Forgets all tokens: after a leap of the clock they have expired. */
    hangUp,
    stop: async () => {
      await hangUp();
      await engine.stop();
      if (kept === undefined) await rm(stateDirectory, { recursive: true, force: true });
    },
  };
}

/** A back office for one test, stopped at its end. */
export async function backOfficeForTest(options: Parameters<typeof startBackOffice>[0] = {}): Promise<BackOffice> {
  const office = await startBackOffice(options);
  onTestFinished(() => office.stop());
  return office;
}

export const s3Of = ({ s3Endpoint, region }: { s3Endpoint: string; region: string }) =>
  new S3Client({
    endpoint: s3Endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: 'administrator', secretAccessKey: 'local' },
  });

type LakeEvent = { source: string; 'detail-type': string; detail: { metadata: { eventId: string }; data: unknown } };

export function createLake(credentials: { s3Endpoint: string; region: string; lakeBucket: string }) {
  const s3 = s3Of(credentials);
  const Bucket = credentials.lakeBucket;
  /** Every event of a type in the lake, duplicates included. */
  const events = async (detailType: string): Promise<LakeEvent[]> => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'events/' }));
    const files = await Promise.all(
      Contents.map(async ({ Key }) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        return gunzipSync(await (Body ?? raise(`${Key} has no body`)).transformToByteArray()).toString('utf8');
      }),
    );
    return files
      .flatMap((text) => text.split('\n').filter(Boolean))
      .map((line) => JSON.parse(line) as LakeEvent)
      .filter((event) => event['detail-type'] === detailType);
  };
  return { events };
}

const raise = (message: string): never => {
  throw new Error(message);
};
