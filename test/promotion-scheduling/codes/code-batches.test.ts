import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  downloadCodeBatch,
  findCode,
  getCodeBatch,
  listCodeBatches,
  postCodeBatch,
  revokeCodeBatch,
} from '../../../functions/promotion-scheduling/codes/code-api.ts';
import { runCodeJob } from '../../../functions/promotion-scheduling/codes/code-job.ts';
import { createCodeStore } from '../../../functions/promotion-scheduling/codes/code-store.ts';
import type { CodeBatch, CouponCode } from '../../../shared/contracts/promotions/code-routes.ts';
import * as routes from '../../../shared/contracts/promotions/code-routes.ts';
import { transact } from '../../../shared/dynamodb/database.ts';
import { normalCode } from '../../../shared/pricing/promotions/coupon-code.ts';
import { claimCode, releaseCode } from '../../../shared/promotions/code-item.ts';
import { promotionKey } from '../../../functions/promotion-scheduling/promotion/promotion-record.ts';
import { aCause } from '../../support/builders.ts';
import { cursors } from '../../support/cursors.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForAll();
const promotionId = 'spring';
const store = () => createCodeStore(database.db, tables);
const cause = aCause({ now: Date.parse('2026-05-01T09:00:00Z') });
const table = tables.PROMOTION_TABLE_NAME;

beforeAll(() =>
  database.db.send(new PutCommand({ TableName: table, Item: { ...promotionKey(promotionId), promotionId } })),
);

const request = async (body: object, id = promotionId) =>
  postCodeBatch(store())(
    aRequest(routes.postCodeBatch, { params: { promotionId: id }, body: { count: 250, ...body }, cause }),
  );
const listed = (query: object, id = promotionId) =>
  listCodeBatches(
    store(),
    cursors,
  )(
    aRequest(routes.listCodeBatches, {
      params: { promotionId: id },
      query: routes.listCodeBatches.query.parse(query),
    }),
  );
const list = async (query: object = {}, id = promotionId) =>
  (await listed(query, id)).body as { batches: CodeBatch[]; cursor?: string };
const stored = {
  count: 1,
  status: 'revoked' as const,
  generated: 1,
  requested: { at: '2026-05-01T09:00:00.000Z', by: 'marketing' },
  seed: new Uint8Array(32),
};
const get = async (batchId: string) =>
  getCodeBatch(store())(aRequest(routes.getCodeBatch, { params: { promotionId, batchId } }));
const bodyOf = async (batchId: string) => (await get(batchId)).body as CodeBatch;
const download = (batchId: string) =>
  downloadCodeBatch(store(), { signedUrl: async (key) => `https://files/${key}` })(
    aRequest(routes.downloadCodeBatch, { params: { promotionId, batchId }, cause }),
  );
const revoke = (batchId: string) =>
  revokeCodeBatch(store())(
    aRequest(routes.revokeCodeBatch, { params: { promotionId, batchId }, body: { reason: 'Leaked' }, cause }),
  );
const find = async (code: string, codes: string[] = []) => {
  const shared = { promotionId: 'summer', name: 'Summer', codes };
  const unique = { promotionId, name: 'Spring', limits: { perCode: 2 } };
  const set = { version: 1, promotions: [shared, unique], categoryPaths: {} };
  return findCode(store(), async () => set as never)(aRequest(routes.findCode, { params: { code } }));
};

/** Runs the job, and returns the codes of the file that it wrote. */
async function run(batchId: string, runStore: Parameters<typeof runCodeJob>[0] = store()): Promise<string[]> {
  const files = new Map<string, string>();
  await runCodeJob(runStore, { put: async (key, csv) => void files.set(key, csv) })({ promotionId, batchId }, cause);
  const csv = files.get(`codes/${promotionId}/${batchId}.csv`);
  return csv?.trim().split('\n').slice(1) ?? [];
}
const claim = (code: string, orderId: string, maxUses = 1) =>
  transact(database.db, [claimCode(table, normalCode(code), orderId, maxUses)]);

describe('a batch of codes', () => {
  test('is generated in the background, each code once, and says how far it is', async () => {
    expect(await request({ batchId: 'a', prefix: 'may' })).toMatchObject({
      status: 202,
      headers: { location: '/promotions/spring/code-batches/a' },
      body: { status: 'generating', generated: 0, count: 250, prefix: 'MAY', requested: { by: cause.actor } },
    });
    expect(JSON.stringify(await get('a'))).not.toContain('seed');
    const codes = await run('a');
    expect(new Set(codes).size).toBe(250);
    expect(codes[0]).toMatch(/^MAY-/);
    expect(await bodyOf('a')).toMatchObject({ status: 'completed', generated: 250 });
    expect((await find(codes[249] ?? '')).body).toMatchObject({ batchId: 'a', promotionId, status: 'usable' });
  });

  test('is made once by a repeated request, and refused with other content', async () => {
    expect((await request({ batchId: 'b' })).status).toBe(202);
    const again = await request({ batchId: 'b' });
    expect(again).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' }, body: { batchId: 'b' } });
    for (const other of [{ count: 251 }, { prefix: 'X' }]) {
      expect(await request({ batchId: 'b', ...other })).toMatchObject({
        status: 409,
        body: { type: 'batch-conflict' },
      });
    }
    expect((await list()).batches.map(({ batchId }) => batchId)).toContain('b');
  });

  test.each([
    ['in one page', 'few', 5, 1000, 1],
    ['in pages of the size that was requested', 'few', 5, 2, 3],
    ['in one page that is full', 'few', 5, 5, 1],
    ['in pages that fit into a response and into a read of 1 MB', 'long', 120, 1000, 2],
    ['as none, for an unknown promotion', 'none', 0, 1000, 1],
  ])('is listed %s', async (_name, of, count, limit, pageCount) => {
    const ids = Array.from({ length: count }, (_, index) => `${of}-${1000 + index}`);
    for (const batchId of ids) {
      const reason = 'x'.repeat(of === 'long' ? 10_000 : 1);
      const item = { ...stored, promotionId: of, batchId, revoked: { ...stored.requested, reason, codes: 0 } };
      const key = { pk: `CODE-BATCHES#${of}`, sk: `BATCH#${batchId}` };
      await database.db.send(new PutCommand({ TableName: table, Item: { ...key, ...item } }));
    }
    const pages = [await list({ limit }, of)];
    for (let cursor = pages[0]?.cursor; cursor !== undefined; cursor = pages.at(-1)?.cursor) {
      pages.push(await list({ limit, cursor }, of));
    }
    expect(pages).toHaveLength(pageCount);
    expect(Math.max(...pages.map(({ batches }) => batches.length))).toBeLessThanOrEqual(limit);
    expect(pages.flatMap(({ batches }) => batches.map(({ batchId }) => batchId))).toEqual(ids);
    expect(JSON.stringify(pages)).not.toContain('seed');
    expect(await store().ids(of)).toEqual(ids);
  });

  test('is not listed by a cursor of another promotion', async () => {
    await request({ batchId: 'listed' });
    const { cursor } = await list({ limit: 1 });
    expect(cursor).toBeDefined();
    expect(await listed({ limit: 1, cursor }, 'other')).toMatchObject({
      status: 400,
      body: { type: 'invalid-cursor' },
    });
  });

  test('of an unknown promotion is refused', async () => {
    expect(await request({}, 'none')).toMatchObject({ status: 404, body: { type: 'unknown-promotion' } });
  });

  test.each([1, 2, 3, 4])('is complete with the same codes after a crash at write %i', async (crashAt) => {
    const batchId = `crash-${crashAt}`;
    await request({ batchId });
    const own = store();
    let writes = 0;
    const crashing = {
      ...own,
      writeCodes: async (...written: Parameters<typeof own.writeCodes>) => {
        writes += 1;
        if (writes === crashAt) throw new Error('crash');
        return own.writeCodes(...written);
      },
      complete: async (...completed: Parameters<typeof own.complete>) => {
        if (crashAt === 4) throw new Error('crash');
        return own.complete(...completed);
      },
    };
    await expect(run(batchId, crashing)).rejects.toThrow('crash');
    const codes = await run(batchId);
    expect(new Set(codes).size).toBe(250);
    for (const code of [codes[0], codes[249]]) expect((await find(code ?? '')).status).toBe(200);
    expect(await bodyOf(batchId)).toMatchObject({ status: 'completed', generated: 250 });
  });

  test('keeps the uses of its codes when a late duplicate of the job writes them again', async () => {
    await request({ batchId: 'late', count: 1 });
    const late = await store().read({ promotionId, batchId: 'late' });
    const [code = ''] = await run('late');
    expect(await claim(code, 'o1')).toBe('done');
    const stale = { ...store(), read: async () => late };
    expect(await run('late', stale)).toEqual([code]);
    expect((await find(code)).body).toMatchObject({ uses: 1, orderIds: ['o1'] });
    expect(await run('late')).toEqual([]);
  });
});

describe('the codes of a batch', () => {
  test('are downloaded once', async () => {
    await request({ batchId: 'once', count: 3 });
    expect(await download('once')).toMatchObject({ status: 409, body: { type: 'not-completed' } });
    await run('once');
    expect(await download('once')).toEqual({
      status: 200,
      body: { url: 'https://files/codes/spring/once.csv', expiresAt: '2026-05-01T09:05:00.000Z' },
    });
    expect(await download('once')).toMatchObject({
      status: 409,
      body: { type: 'already-downloaded', downloaded: { by: cause.actor, at: '2026-05-01T09:00:00.000Z' } },
    });
    expect(await bodyOf('once')).toMatchObject({ downloaded: { by: cause.actor } });
  });

  test('are downloaded by one of several concurrent requests', async () => {
    await request({ batchId: 'race', count: 3 });
    await run('race');
    const statuses = (await Promise.all(Array.from({ length: 8 }, () => download('race')))).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, ...Array<number>(7).fill(409)]);
  });

  test('are refused once it is revoked; orders keep theirs', async () => {
    await request({ batchId: 'leak', count: 120 });
    const codes = await run('leak');
    const [held = '', free = ''] = codes;
    expect(await claim(held, 'o1')).toBe('done');
    expect(await revoke('leak')).toMatchObject({ status: 202, body: { status: 'revoked', revoked: { codes: 0 } } });
    await run('leak');
    expect(await bodyOf('leak')).toMatchObject({ revoked: { codes: 120, reason: 'Leaked', by: cause.actor } });
    expect(await claim(free, 'o2')).toBe('version-conflict');
    expect(await transact(database.db, [releaseCode(table, normalCode(held), 'o1')])).toBe('done');
    expect((await find(free)).body).toMatchObject({ status: 'revoked', uses: 0 });
    expect(await download('leak')).toMatchObject({ status: 409, body: { type: 'revoked' } });
    expect(await revoke('leak')).toMatchObject({ status: 202, body: { revoked: { codes: 120 } } });
  });

  test('are refused if it is revoked while they are generated', async () => {
    await request({ batchId: 'early', count: 120 });
    const generating = await store().read({ promotionId, batchId: 'early' });
    await revoke('early');
    await run('early');
    // A late duplicate of the generation has read the batch before it was revoked.
    const stale = { ...store(), read: async () => generating };
    const [code = ''] = await run('early', stale);
    expect(await claim(code, 'o1')).toBe('version-conflict');
    expect(await bodyOf('early')).toMatchObject({ status: 'revoked' });
  });

  test.each(['get', 'download', 'revoke'])('of an unknown batch: %s is not found', async (action) => {
    const actions = { get, download, revoke };
    const response = await actions[action as keyof typeof actions]('none');
    expect(response).toMatchObject({ status: 404, body: { type: 'unknown-batch' } });
  });
});

describe('a code', () => {
  test('names the orders that used it', async () => {
    await request({ batchId: 'found', count: 1 });
    const [code = ''] = await run('found');
    const entered = ` ${code.toLowerCase().replaceAll('-', ' ')} `;
    const usable = { kind: 'unique', promotionName: 'Spring', batchId: 'found', status: 'usable', maxUses: 2 };
    expect((await find(entered)).body).toMatchObject({ ...usable, uses: 0, orderIds: [] });
    await claim(code, 'o1', 2);
    expect((await find(code)).body).toMatchObject({ ...usable, uses: 1, orderIds: ['o1'] });
    await claim(code, 'o2', 2);
    const { orderIds = [], ...found } = (await find(code)).body as CouponCode;
    expect(found).toMatchObject({ status: 'used', uses: 2 });
    expect(orderIds.toSorted()).toEqual(['o1', 'o2']);
  });

  test('may be shared by all customers, or unknown', async () => {
    expect((await find('summer-10', ['SUMMER10'])).body).toMatchObject({
      kind: 'shared',
      promotionId: 'summer',
      promotionName: 'Summer',
    });
    expect(await find('summer-10')).toMatchObject({ status: 404, body: { type: 'unknown-code' } });
  });
});
