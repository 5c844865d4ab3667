import { countWithinBytes } from '../../shared/contracts/list-query.ts';
import { maxEntries } from '../../shared/contracts/bounds.ts';
import { type HttpResponse, problem } from '../../shared/contracts/problem.ts';
import type { SettingName } from '../../shared/contracts/settings/documents.ts';
import type * as routes from '../../shared/contracts/settings/routes.ts';
import type { SettingVersion as VersionResponse } from '../../shared/contracts/settings/version.ts';
import type { Cursors } from '../../shared/dynamodb/cursor.ts';
import type { Request } from '../../shared/lambda/http-handler.ts';
import { type SettingVersion, versionKey, versionKeyPattern } from '../../shared/settings/setting-item.ts';
import { changesBetween } from '../../shared/settings/changes.ts';
import type { SettingsStore } from './store.ts';

/** Differences of a version in a list. */
const maxListedChanges = 100;

type VersionStore = Pick<SettingsStore, 'version' | 'versions'>;

/** The routes of the audit trail. */
export const versionApi = (store: VersionStore, cursors: Cursors) => ({
  list: async ({ params, query, caller }: Request<typeof routes.listSettingVersions>): Promise<HttpResponse> => {
    const { name } = params;
    const list = { list: `settings-${name}`, caller: caller.clientId };
    const { limit, cursor } = query;
    const start = await cursors.startAfter(cursor, list, versionKeyPattern);
    if ('refusal' in start) return start.refusal;
    const { items, last } = await store.versions(name, start.after, limit);
    const [oldest] = items.slice(-1);
    const before = oldest && (await versionBefore(store, name, oldest));
    const all = items.map((each, index) => versionResponse(each, items[index + 1] ?? before, maxListedChanges));
    const versions = all.slice(0, countWithinBytes(all));
    const isCut = versions.length < all.length || last !== undefined;
    const end = versions.at(-1)?.version;
    const next = isCut && end !== undefined ? await cursors.of(list, versionKey(name, end).sk) : undefined;
    return { status: 200, body: { versions, ...(next !== undefined && { cursor: next }) } };
  },

  get: async ({ params: { name, version } }: Request<typeof routes.getSettingVersion>): Promise<HttpResponse> => {
    const found = await store.version(name, version);
    if (!found) return problem(404, 'not-found', `The document ${name} has no version ${version}.`);
    const response = versionResponse(found, await versionBefore(store, name, found), maxEntries);
    return { status: 200, body: { ...response, content: found.content } };
  },
});

const versionBefore = async (store: VersionStore, name: SettingName, { version }: SettingVersion) =>
  version === 0 ? undefined : store.version(name, version - 1);

/** Version 0 has no version before, and no differences. */
function versionResponse(
  { content, version, at, by, from }: SettingVersion,
  before: SettingVersion | undefined,
  maxChanges: number,
): VersionResponse {
  const changes = before ? changesBetween(before.content, content) : [];
  return { version, at, by, from, changeCount: changes.length, changes: changes.slice(0, maxChanges) };
}
