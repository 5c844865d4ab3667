import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import type * as routes from '../../../shared/contracts/promotions/code-routes.ts';
import { type CouponCode, maxBatches } from '../../../shared/contracts/promotions/code-routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { normalCode } from '../../../shared/pricing/promotions/coupon-code.ts';
import type { PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import { usesOfUniqueCode } from '../../../shared/promotions/code-item.ts';
import { codeFileKey, isSameRequest, shownBatch, type StoredBatch } from './code-batch.ts';
import type { CodeFiles } from './code-files-client.ts';
import { batchPositionPattern, type CodeStore } from './code-store.ts';

const urlSeconds = 300;
const seedBytes = 32;

const unknownPromotion = problem(404, 'unknown-promotion', 'There is no such promotion.');
const unknownBatch = problem(404, 'unknown-batch', 'There is no such batch of codes.');
const unknownCode = problem(404, 'unknown-code', 'There is no such code.');
const batchConflict = problem(
  409,
  'batch-conflict',
  'A batch with this id has another number of codes or another prefix.',
);
const tooManyBatches = problem(409, 'too-many-batches', `A promotion has at most ${maxBatches} batches of codes.`);

/** Requests codes. The same request again gets the same batch. */
export const postCodeBatch =
  (store: Pick<CodeStore, 'read' | 'ids' | 'request'>) =>
  async ({ params, body, cause }: Request<typeof routes.postCodeBatch>): Promise<HttpResponse> => {
    const { promotionId } = params;
    const { count, batchId = ulid(cause.now) } = body;
    const prefix = body.prefix?.toUpperCase();
    const earlier = await store.ids(promotionId);
    if (earlier.length >= maxBatches && !earlier.includes(batchId)) return tooManyBatches;
    const batch: StoredBatch = {
      promotionId,
      batchId,
      count,
      prefix,
      status: 'generating',
      generated: 0,
      requested: { at: new Date(cause.now).toISOString(), by: cause.actor },
      seed: randomBytes(seedBytes),
    };
    const headers = { location: `/promotions/${promotionId}/code-batches/${batchId}` };
    if ((await store.request(batch, cause)) === 'done') return { status: 202, headers, body: shownBatch(batch) };
    const stored = await store.read(batch);
    if (!stored) return unknownPromotion;
    if (!isSameRequest(stored, count, prefix)) return batchConflict;
    return { status: 200, headers: { ...headers, 'idempotent-replayed': 'true' }, body: shownBatch(stored) };
  };

export const listCodeBatches =
  (store: Pick<CodeStore, 'list'>, cursors: Cursors) =>
  async ({ params, query, caller }: Request<typeof routes.listCodeBatches>): Promise<HttpResponse> => {
    const list = { list: `code-batches-${params.promotionId}`, caller: caller.clientId };
    const start = await cursors.startAfter(query.cursor, list, batchPositionPattern);
    if ('refusal' in start) return start.refusal;
    const { batches, last } = await store.list(params.promotionId, start.after, query.limit);
    const cursor = last === undefined ? {} : { cursor: await cursors.of(list, last) };
    return { status: 200, body: { batches: batches.map(shownBatch), ...cursor } };
  };

export const getCodeBatch =
  (store: Pick<CodeStore, 'read'>) =>
  async ({ params }: Request<typeof routes.getCodeBatch>): Promise<HttpResponse> => {
    const batch = await store.read(params);
    return batch ? { status: 200, body: shownBatch(batch) } : unknownBatch;
  };

/** Signs a URL of the file. The batch keeps who got it before the URL leaves the store, so that there is only one. */
export const downloadCodeBatch =
  (store: Pick<CodeStore, 'read' | 'download'>, files: Pick<CodeFiles, 'signedUrl'>) =>
  async ({ params, cause }: Request<typeof routes.downloadCodeBatch>): Promise<HttpResponse> => {
    const batch = await store.read(params);
    if (!batch) return unknownBatch;
    const url = await files.signedUrl(codeFileKey(batch), urlSeconds);
    if ((await store.download(params, cause)) === 'done') {
      return { status: 200, body: { url, expiresAt: new Date(cause.now + urlSeconds * 1000).toISOString() } };
    }
    return noDownload(await store.read(params));
  };

function noDownload(batch: StoredBatch | undefined): HttpResponse {
  if (!batch) return unknownBatch;
  const { status, downloaded, generated, count } = batch;
  if (status === 'revoked') return problem(409, 'revoked', 'The codes are revoked.');
  if (!downloaded) return problem(409, 'not-completed', `${generated} of ${count} codes are generated. Retry later.`);
  const detail = `The codes were downloaded at ${downloaded.at} by ${downloaded.by}. If the file is lost, revoke the batch and request another one.`;
  return problem(409, 'already-downloaded', detail, { downloaded });
}

/** Revokes a batch; again, it returns the progress. */
export const revokeCodeBatch =
  (store: Pick<CodeStore, 'read' | 'revoke'>) =>
  async ({ params, body, cause }: Request<typeof routes.revokeCodeBatch>): Promise<HttpResponse> => {
    await store.revoke(params, body.reason, cause);
    const batch = await store.read(params);
    return batch ? { status: 202, body: shownBatch(batch) } : unknownBatch;
  };

/** Finds a unique or a shared code. */
export const findCode =
  (store: Pick<CodeStore, 'code'>, currentSet: () => Promise<PromotionSet>) =>
  async ({ params }: Request<typeof routes.findCode>): Promise<HttpResponse> => {
    const code = normalCode(params.code);
    const [item, { promotions }] = await Promise.all([store.code(code), currentSet()]);
    const promotion = promotions.find(({ promotionId, codes = [] }) =>
      item ? promotionId === item.promotionId : codes.includes(code),
    );
    const promotionName = promotion?.name;
    if (item) {
      const { promotionId, batchId, uses, orderIds } = item;
      const maxUses = usesOfUniqueCode(promotion?.limits?.perCode);
      const used = uses >= maxUses ? ('used' as const) : ('usable' as const);
      const status = item.revoked ? ('revoked' as const) : used;
      const found = { code, kind: 'unique' as const, promotionId, promotionName, batchId, status, uses, maxUses };
      const body: CouponCode = { ...found, orderIds: [...orderIds] };
      return { status: 200, body };
    }
    if (!promotion) return unknownCode;
    const { promotionId } = promotion;
    const body: CouponCode = { code, kind: 'shared', promotionId, promotionName, status: 'usable' };
    return { status: 200, body };
  };
