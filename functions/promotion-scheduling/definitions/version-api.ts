import { maxEntries } from '../../../shared/contracts/bounds.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/promotions/routes.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { changesBetween } from '../../../shared/settings/changes.ts';
import type { SettingVersion } from '../../../shared/settings/setting-item.ts';
import { versionPage } from '../../../shared/settings/version-page.ts';
import { PromotionVersionContent } from '../promotion/promotion-record.ts';
import type { PromotionStore } from '../promotion/promotion-store.ts';

type VersionStore = Pick<PromotionStore, 'version' | 'versions'>;

/** The routes of the history. */
export const versionApi = (store: VersionStore, cursors: Cursors) => ({
  list: ({
    params: { promotionId },
    query,
    caller,
  }: Request<typeof routes.listPromotionVersions>): Promise<HttpResponse> =>
    versionPage(
      {
        page: (before, limit) => store.versions(promotionId, before, limit),
        find: (version) => store.version(promotionId, version),
      },
      versionBody,
      { list: { list: `promotion-${promotionId}`, caller: caller.clientId }, query, cursors },
    ),

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
