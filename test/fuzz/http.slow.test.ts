import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { Pool } from 'undici';
import { expect, test } from 'vitest';
import { contractRoutes } from '../../infra/contract-routes.ts';
import { createOpenApi } from '../../infra/openapi.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { startBackOffice } from '../support/system/back-office.ts';
import { orderOf, stockedSku } from '../support/system/test-data.ts';
import { type FuzzedRequest, requestsOf } from './requests.ts';

const count = Number(process.env['FUZZ_REQUESTS'] ?? 20_000);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const perRound = 500;
/** A new system compiles a function for most of the first requests: more of them at once would wait too long on two cores. */
const atOnce = 6;

type Answer = { status: number; type: string; retryAfter: string | undefined; text: string };

/** Statuses that API Gateway answers itself, with `{ "message": … }`. */
const ofGateway = new Set([400, 401, 403, 404, 413, 429, 431]);
const document = createOpenApi(contractRoutes) as { paths: Record<string, Record<string, { responses: object }>> };
const documented = ({ route }: FuzzedRequest) =>
  new Set(Object.keys(document.paths[route.path]?.[route.method.toLowerCase()]?.responses ?? {}).map(Number));

/** What is wrong with an answer; undefined if nothing is. */
function faultOf(request: FuzzedRequest, { status, type, retryAfter, text }: Answer): string | undefined {
  // `GET /health` says which part is down.
  if (status === 503 && request.route.path === '/health') return undefined;
  if (status === 503) return retryAfter === undefined ? '503 without Retry-After' : undefined;
  if (status >= 500) return `status ${status}`;
  if (!request.isOddPath && !documented(request).has(status)) return `status ${status} is not documented`;
  if (status < 400) return undefined;
  const body = parsed(text);
  const isProblem =
    type === 'application/problem+json' && body['status'] === status && typeof body['type'] === 'string';
  const isOfGateway = ofGateway.has(status) && typeof body['message'] === 'string';
  return isProblem || isOfGateway ? undefined : `status ${status} without a problem document`;
}

function parsed(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const shown = ({ route, path, headers, body }: FuzzedRequest, fault: string, text: string) =>
  `${fault}: ${route.method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 200)} ${String(body).slice(0, 600)} → ${text.slice(0, 200)}`;

test(
  `${count} requests of seed ${seed} get no 5xx, and each 4xx is a documented problem`,
  { timeout: 900_000 },
  async () => {
    console.log(`Repeat with FUZZ_SEED=${seed} FUZZ_REQUESTS=${count}`);
    const office = await startBackOffice();
    const { credentials } = office;
    const pool = new Pool(credentials.apiUrl, { connections: atOnce, pipelining: 1 });
    try {
      const sku = await stockedSku(office);
      const { body: order } = await office.client('storefront').post('/orders', orderOf(sku));
      const known = { sku: [sku], orderId: [order.orderId] };
      const clients = await Promise.all(
        Object.values(credentials.clients).map(async (client) => ({
          scopes: client.scopes,
          token: await tokenOf(credentials.tokenEndpoint, client),
        })),
      );
      const faults: string[] = [];
      const statuses = new Map<number, number>();
      for (let round = 0; round * perRound < count; round += 1) {
        const numRuns = Math.min(perRound, count - round * perRound);
        const requests = fc.sample(requestsOf(contractRoutes, known), { seed: seed + round, numRuns });
        await inParallel(atOnce, requests, async (request) => {
          const answer = await send(pool, request, tokenFor(request, clients));
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          const fault = faultOf(request, answer);
          if (fault !== undefined) faults.push(shown(request, fault, answer.text));
        });
        // A kind of fault occurs hundreds of times.
        if (faults.length > 200) break;
      }
      console.log(
        `Statuses: ${[...statuses]
          .toSorted(([a], [b]) => a - b)
          .map(([status, times]) => `${status}: ${times}`)
          .join(', ')}`,
      );
      expect(faults.slice(0, 40)).toEqual([]);
      expect([...statuses.keys()].some((status) => status < 300)).toBe(true);
    } finally {
      await pool.destroy();
      await office.stop();
    }
  },
);

/** Of a client with the scope; for one request of twenty, of any client, and for another none. */
function tokenFor({ route, pick }: FuzzedRequest, clients: { scopes: readonly string[]; token: string }[]) {
  if (pick % 20 === 0) return undefined;
  const able = clients.filter(({ scopes }) => scopes.some((scope) => scope.endsWith(route.scope ?? '')));
  const chosen = pick % 20 === 1 ? clients : able;
  return chosen[pick % chosen.length]?.token;
}

async function send(
  pool: Pool,
  { route, path, headers, body }: FuzzedRequest,
  token: string | undefined,
): Promise<Answer> {
  const response = await pool.request({
    method: route.method,
    path,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body }),
  });
  const text = await response.body.text();
  const { 'content-type': type = '', 'retry-after': retryAfter } = response.headers;
  // Busy: the client waits, as the answer says.
  if (response.statusCode === 503) await sleep(200);
  return { status: response.statusCode, type: String(type), retryAfter: retryAfter && String(retryAfter), text };
}

async function tokenOf(endpoint: string, { clientId, clientSecret }: { clientId: string; clientSecret: string }) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  return ((await response.json()) as { access_token: string }).access_token;
}
