import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, inject, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
let state: string;
const started: { child: ChildProcess; exit: Promise<unknown[]> }[] = [];
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'storeworks-start-'));
  return async () => {
    for (const { child, exit } of started.splice(0)) {
      child.kill('SIGKILL');
      await exit;
    }
    // The database process exits shortly after the killed engine.
    rmSync(state, { recursive: true, force: true, maxRetries: 10 });
  };
});

/** Runs `npm start` with a new state and the template of all tests. `ended` returns the exit code and the output. */
function npmStart(env: Record<string, string> = {}, ...args: string[]) {
  const child = spawn(process.execPath, ['infra/start.ts', '--state', state, '--app', inject('cdkOut'), ...args], {
    cwd: root,
    env: { ...process.env, PORT: '0', ...env },
    detached: true,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (printed += text.toString()));
  const exit = once(child, 'exit');
  started.push({ child, exit });
  return {
    child,
    printed: () => printed,
    ended: async () => {
      const [code] = await exit;
      return { code, printed: printed.trim() };
    },
    ready: async () => {
      while (!printed.includes('Ctrl-C stops it')) {
        if (child.exitCode !== null) throw new Error(printed);
        await sleep(20);
      }
      return JSON.parse(readFileSync(join(state, 'credentials.json'), 'utf8'));
    },
  };
}

const failedWithOneLine = (text: RegExp) => ({
  code: 1,
  printed: expect.stringMatching(new RegExp(`^[^\\n]*${text.source}[^\\n]*$`)),
});

test('a port in use fails the start with a one-line message', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  const port = String((taken.address() as AddressInfo).port);
  expect(await npmStart({ PORT: port }).ended()).toEqual(failedWithOneLine(/Port \d+ is in use/));
  expect(await npmStart({ PORT: 'http' }).ended()).toEqual(failedWithOneLine(/PORT must be a number/));
});

test('a second instance on the same state is refused, and the first instance keeps running', async () => {
  const first = npmStart();
  const { apiUrl } = await first.ready();
  expect(await npmStart().ended()).toEqual(failedWithOneLine(/Another instance is already running on the state in/));
  expect(await npmStart({}, '--fresh').ended()).toEqual(failedWithOneLine(/Another instance is already running/));
  expect((await fetch(`${apiUrl}/health`)).status).toBe(200);
});

test('a state of another version is refused until --fresh empties it', async () => {
  const db = new DatabaseSync(join(state, 'engine.sqlite'));
  db.exec('PRAGMA user_version = 99');
  db.close();
  expect(await npmStart().ended()).toEqual(failedWithOneLine(/written by another version.*npm start -- --fresh/));
  const fresh = npmStart({}, '--fresh');
  await fresh.ready();
});

test('a database that does not respond fails the start with a one-line message', async () => {
  expect(await npmStart({ DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' }).ended()).toEqual(
    failedWithOneLine(/DYNAMODB_ENDPOINT/),
  );
  expect(await npmStart({ DYNAMODB_ENDPOINT: 'here' }).ended()).toEqual(failedWithOneLine(/DYNAMODB_ENDPOINT/));
});

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('%s stops the engine and every child process', async (signal) => {
  const engine = npmStart();
  const { databaseUrl, gatewayUrl } = await engine.ready();
  expect((await fetch(databaseUrl)).status).toBeGreaterThan(0);
  engine.child.kill(signal);
  await engine.ended();
  for (const url of [databaseUrl, gatewayUrl]) {
    await expect.poll(() => fetch(url).catch(() => 'closed')).toBe('closed');
  }
  expect(existsSync(join(state, 'engine.sqlite'))).toBe(true);
});

/** Status of a GET request with these headers, which `fetch` would not send. */
const statusOf = (url: string, headers: Record<string, string>) =>
  new Promise<number | undefined>((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

test('the state is for its user only, and the output has no secret', async () => {
  chmodSync(state, 0o755);
  const engine = npmStart();
  const { clients, webhookSecrets, awsCredentials, apiUrl } = await engine.ready();
  await fetch(`${apiUrl}/health`);
  const readable = readdirSync(state, { recursive: true, encoding: 'utf8' }).filter(
    (name) => (statSync(join(state, name)).mode & 0o077) !== 0,
  );
  expect([statSync(state).mode & 0o777, readable]).toEqual([0o700, []]);
  const secrets = [...Object.values(webhookSecrets), awsCredentials.secretAccessKey];
  for (const { clientSecret } of Object.values<{ clientSecret: string }>(clients)) secrets.push(clientSecret);
  expect(secrets.filter((secret) => engine.printed().includes(secret))).toEqual([]);
});

test('pages of other machines get no response and no token, also if their name resolves to this machine', async () => {
  const { apiUrl, gatewayUrl, issuer, tokenEndpoint, clients } = await npmStart().ready();
  for (const url of [apiUrl, gatewayUrl, issuer]) {
    expect([url, await statusOf(url, { host: `attacker.example:${new URL(url).port}` })]).toEqual([url, 421]);
  }
  for (const url of [gatewayUrl, issuer]) {
    expect([url, await statusOf(url, { origin: 'https://attacker.example' })]).toEqual([url, 403]);
  }
  const { clientId, clientSecret } = clients.storefront;
  const docsPage = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: { origin: apiUrl, authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  expect([docsPage.status, docsPage.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
});
