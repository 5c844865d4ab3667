import { S3Client, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { inject, onTestFinished } from 'vitest';
import type { EngineOptions } from '../../../infra/local/engine.ts';
import { type LocalStore, startLocalStore } from '../../../infra/local-store.ts';
import { type ApiClient, clientWithToken, createApiClient } from './api-client.ts';
import { personalLines } from './log-scan.ts';

export type BackOffice = Awaited<ReturnType<typeof startBackOffice>>;

type Options = Partial<Pick<EngineOptions, 'cdkOut' | 'log' | 'now' | 'faults' | 'observer' | 'stateDirectory'>>;

/**
 * Starts the whole back office. Without `stateDirectory` it uses a temporary directory and removes it when it stops.
 * Stopping it fails if the log of a function has personal data of the tests.
 * `client(name)` returns an HTTP client with that client's credentials.
 */
export async function startBackOffice({ cdkOut = inject('cdkOut'), stateDirectory: kept, ...options }: Options = {}) {
  const stateDirectory = kept ?? (await mkdtemp(join(tmpdir(), 'storeworks-')));
  const engine = await startLocalStore({ cdkOut, stateDirectory, ...options });
  const clients = new Map<string, ApiClient>();
  const forgetTokens = async () => {
    const made = [...clients.values()];
    clients.clear();
    await Promise.all(made.map((each) => each.close()));
  };
  const client = (name: string): ApiClient => {
    const made = clients.get(name) ?? createApiClient(engine.credentials, name, 256);
    clients.set(name, made);
    return made;
  };
  const people: ApiClient[] = [];
  const person = (groups: string[], subject: string = randomUUID()): ApiClient & { subject: string } => {
    const token = engine.issuePersonToken({ subject, groups });
    const made = clientWithToken(engine.credentials.apiUrl, () => token, 4);
    people.push(made);
    return { ...made, subject };
  };
  const lake = createLake(engine.credentials);
  return {
    ...engine,
    client,
    /** A person with these groups, who signed in once more. */
    person,
    lake,
    /** Drops all access tokens. Call it after moving the clock forward: the tokens have expired. */
    forgetTokens,
    stop: async () => {
      await forgetTokens();
      await Promise.all(people.map((each) => each.close()));
      await engine.stop();
      const found = personalLines(stateDirectory);
      if (kept === undefined) await rm(stateDirectory, { recursive: true, force: true });
      if (found.length > 0) throw new Error(`Personal data in a log:\n${found.slice(0, 10).join('\n')}`);
    },
  };
}

/** Starts a back office that stops when the test ends. */
export async function backOfficeForTest(options: Parameters<typeof startBackOffice>[0] = {}): Promise<BackOffice> {
  const office = await startBackOffice(options);
  onTestFinished(() => office.stop());
  return office;
}

/** Client configuration of an administrator for every AWS service of the running system. */
export const adminConfigOf = ({ gatewayUrl, credentials }: Pick<BackOffice, 'gatewayUrl' | 'credentials'>) => ({
  endpoint: gatewayUrl,
  region: credentials.region,
  credentials: credentials.awsCredentials,
});

/** Physical name of the first resource of a type whose `<Workflow>-<LogicalId>` starts with `id`. */
export function resourceName({ context }: Pick<BackOffice, 'context'>, type: string, id: string): string {
  const resources = context.template.ofType(type);
  const found = resources.find(({ stack, logicalId }) => `${stack}-${logicalId}`.startsWith(`Storeworks-${id}`));
  return (found ?? raise(`The template has no ${type} ${id}`)).name;
}

type S3Access = Pick<LocalStore['credentials'], 's3Endpoint' | 'region' | 'awsCredentials'>;

export const s3Of = ({ s3Endpoint, region, awsCredentials }: S3Access) =>
  new S3Client({ endpoint: s3Endpoint, region, forcePathStyle: true, credentials: awsCredentials });

type LakeEvent = { source: string; 'detail-type': string; detail: { metadata: { eventId: string }; data: unknown } };

export function createLake(credentials: S3Access & { lakeBucket: string }) {
  const s3 = s3Of(credentials);
  const Bucket = credentials.lakeBucket;
  /** Returns all events of a type in the lake, duplicates included. */
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
