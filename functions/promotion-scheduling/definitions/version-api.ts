import { maxEntries } from '../../../shared/contracts/bounds.ts';
import { countWithinBytes } from '../../../shared/contracts/list-query.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/promotions/routes.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { changesBetween } from '../../../shared/settings/changes.ts';
import { type SettingVersion, versionKeyIn, versionKeyPattern } from '../../../shared/settings/setting-item.ts';
import { promotionPartition, PromotionVersionContent } from '../promotion/promotion-record.ts';
import type { PromotionStore } from '../promotion/promotion-store.ts';

/** Differences of a version in a list. */
const maxListedChanges = 100;

type VersionStore = Pick<PromotionStore, 'version' | 'versions'>;

/** The routes of the history. */
export const versionApi = (store: VersionStore, cursors: Cursors) => ({
  list: async ({ params, query, caller }: Request<typeof routes.listPromotionVersions>): Promise<HttpResponse> => {
    const { promotionId } = params;
    const list = { list: `promotion-${promotionId}`, caller: caller.clientId };
    const start = await cursors.startAfter(query.cursor, list, versionKeyPattern);
    if ('refusal' in start) return start.refusal;
    const { items, last } = await store.versions(promotionId, start.after, query.limit);
    const oldest = items.at(-1);
    const before = oldest && (await store.version(promotionId, oldest.version - 1));
    const all = items.map((each, index) => versionBody(each, items[index + 1] ?? before, maxListedChanges));
    const versions = all.slice(0, countWithinBytes(all));
    const isCut = versions.length < all.length || last !== undefined;
    const end = versions.at(-1)?.version;
    const position = isCut && end !== undefined ? versionKeyIn(promotionPartition(promotionId), end).sk : undefined;
    return {
      status: 200,
      body: { versions, ...(position !== undefined && { cursor: await cursors.of(list, position) }) },
    };
  },

  get: async ({
    params: { promotionId, version },
  }: Request<typeof routes.getPromotionVersion>): Promise<HttpResponse> => {
    const found = await store.version(promotionId, version);
    if (!found) return problem(404, 'not-found', `The promotion ${promotionId} has no version ${version}.`);
    const body = versionBody(found, await store.version(promotionId, version - 1), maxEntries);
    return { status: 200, body: { ...body, content: PromotionVersionContent.parse(found.content).promotion } };
  },
});

function versionBody(
  { version, at, by, from, content }: SettingVersion,
  before: SettingVersion | undefined,
  maxChanges: number,
) {
  const { action, comment, promotion } = PromotionVersionContent.parse(content);
  const changes = before ? changesBetween(PromotionVersionContent.parse(before.content).promotion, promotion) : [];
  return {
    version,
    action,
    at,
    by,
    from,
    ...(comment !== undefined && { comment }),
    changeCount: changes.length,
    changes: changes.slice(0, maxChanges),
  };
}
