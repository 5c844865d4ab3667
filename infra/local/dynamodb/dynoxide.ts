import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { createDynamoDbClient } from './client.ts';
import { StartError } from '../start-error.ts';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * The shell execs the database; a background subshell reads the pipe from this process. End of file means that this
 * process ended, also by SIGKILL: the subshell kills the database. A line means that the database has ended: the
 * subshell does nothing, because its process id may be reused.
 */
const watched = 'exec 3<&0; (read -r ended <&3 || kill -9 $$) & exec "$@" 3<&- </dev/null';

/**
 * Starts dynoxide on a SQLite file, in its own process group, so that Ctrl-C does not end it before in-flight calls.
 * `sweepExpired` deletes expired items (TTL) with the service's identity in the stream; dynoxide does so only on
 * request through its management port, which a random token protects. Throws StartError if the platform has no binary,
 * or the database does not start.
 */
export async function startDynoxide(file: string, { sweeps, onExit }: { sweeps: boolean; onExit: () => void }) {
  const binary = findBinary();
  const { host, port } = await freeAddress();
  const endpoint = `http://${host}:${port}`;
  const token = randomBytes(24).toString('hex');
  const management = sweeps ? ['--mcp', '--mcp-port', '0'] : [];
  const child: Child = spawn(
    'sh',
    ['-c', watched, 'sh', binary, 'serve', '--host', host, '--port', String(port), '--db-path', file, ...management],
    { detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, DYNOXIDE_MCP_AUTH_TOKEN: token } },
  );
  let output = '';
  const listen = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4000);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  child.stdin.on('error', () => {});
  let expected = false;
  child.once('exit', () => {
    child.stdin.end('ended\n');
    if (!expected) onExit();
  });

  const stop = async () => {
    expected = true;
    if (hasExited(child)) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 2000);
    await exited;
    clearTimeout(late);
  };

  try {
    await ready(endpoint, child, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  const sweepExpired = async () => {
    const url = /MCP HTTP server listening on (\S+)/.exec(output)?.[1];
    if (!url) return;
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'sweep_ttl', arguments: {} },
      }),
    });
    const response = await body.text();
    if (statusCode !== 200 || !response.includes('items_deleted')) throw new Error(`TTL sweep failed: ${response}`);
  };
  return { endpoint, sweepExpired, stop };
}

const hasExited = ({ exitCode, signalCode }: Child) => exitCode !== null || signalCode !== null;

/** Path of dynoxide for this platform. Throws StartError if it is not installed. */
export function findBinary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'dynoxide');
  } catch {
    throw new StartError(
      `There is no local DynamoDB for this machine (${name} is not installed); set DYNAMODB_ENDPOINT to another DynamoDB, such as DynamoDB Local at http://localhost:8000.`,
    );
  }
}

async function ready(endpoint: string, child: Child, output: () => string): Promise<void> {
  const client = createDynamoDbClient(endpoint);
  const deadline = performance.now() + 10_000;
  try {
    while (true) {
      if (hasExited(child) || performance.now() > deadline) {
        throw new StartError(`The local DynamoDB did not start: ${output().trim() || 'it does not respond'}`);
      }
      try {
        await client.call('ListTables', { Limit: 1 });
        return;
      } catch {
        await sleep(10);
      }
    }
  } finally {
    await client.close();
  }
}

/**
 * A free port of a random loopback address. dynoxide lets pages of every origin read and write its tables, without a
 * signature; they can search the ports of 127.0.0.1, but not those of 16 million addresses.
 */
async function freeAddress(): Promise<{ host: string; port: number }> {
  const host = ['127', ...Array.from({ length: 3 }, () => randomInt(1, 255))].join('.');
  const probe = createServer().listen(0, host);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return { host, port };
}
