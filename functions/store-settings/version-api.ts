import { maxEntries } from '../../shared/contracts/bounds.ts';
import { type HttpResponse, problem } from '../../shared/contracts/problem.ts';
import type * as routes from '../../shared/contracts/settings/routes.ts';
import type { SettingVersion as VersionResponse } from '../../shared/contracts/settings/version.ts';
import type { Cursors } from '../../shared/dynamodb/cursor.ts';
import type { Request } from '../../shared/lambda/http-handler.ts';
import type { SettingVersion } from '../../shared/settings/setting-item.ts';
import { versionPage } from '../../shared/settings/version-page.ts';
import { changesBetween } from '../../shared/settings/changes.ts';
import type { SettingsStore } from './store.ts';

type VersionStore = Pick<SettingsStore, 'version' | 'versions'>;

/** The routes of the audit trail. */
export const versionApi = (store: VersionStore, cursors: Cursors) => ({
  list: ({ params: { name }, query, caller }: Request<typeof routes.listSettingVersions>): Promise<HttpResponse> =>
    versionPage(
      {
        page: (before, limit) => store.versions(name, before, limit),
        find: (version) => store.version(name, version),
      },
      versionResponse,
      { list: { list: `settings-${name}`, caller: caller.clientId }, query, cursors },
    ),

  get: async ({ params: { name, version } }: Request<typeof routes.getSettingVersion>): Promise<HttpResponse> => {
    const found = await store.version(name, version);
    if (!found) return problem(404, 'not-found', `The document ${name} has no version ${version}.`);
    const before = version === 0 ? undefined : await store.version(name, version - 1);
    const response = versionResponse(found, before, maxEntries);
    return { status: 200, body: { ...response, content: found.content } };
  },
});

/** Version 0 has no version before, and no differences. */
function versionResponse(
  { content, version, at, by, from }: SettingVersion,
  before: SettingVersion | undefined,
  maxChanges: number,
): VersionResponse {
  const changes = before ? changesBetween(before.content, content) : [];
  return { version, at, by, from, changeCount: changes.length, changes: changes.slice(0, maxChanges) };
}
