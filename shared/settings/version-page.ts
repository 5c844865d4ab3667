import { countWithinBytes } from '../contracts/list-query.ts';
import type { HttpResponse } from '../contracts/problem.ts';
import type { Cursors } from '../dynamodb/cursor.ts';
import { type SettingVersion, versionKeyIn, versionKeyPattern } from './setting-item.ts';

/** Differences of a version in a list. */
const maxListedChanges = 100;

type Page = {
  list: { list: string; caller: string };
  query: { limit: number; cursor?: string | undefined };
  cursors: Cursors;
};

/** The versions of one document. */
type Versions = {
  /** Up to `limit` versions, the newest first, after the sort key `before`. */
  page: (before: string | undefined, limit: number) => Promise<{ items: SettingVersion[]; last?: string | undefined }>;
  find: (version: number) => Promise<SettingVersion | undefined>;
};

/** A page of the versions of a document, the newest first, each with its differences to the one before. */
export async function versionPage(
  versions: Versions,
  bodyOf: (version: SettingVersion, before: SettingVersion | undefined, maxChanges: number) => { version: number },
  { list, query: { limit, cursor }, cursors }: Page,
): Promise<HttpResponse> {
  const start = await cursors.startAfter(cursor, list, versionKeyPattern);
  if ('refusal' in start) return start.refusal;
  const { items, last } = await versions.page(start.after, limit);
  const oldest = items.at(-1);
  const before = oldest && oldest.version > 0 ? await versions.find(oldest.version - 1) : undefined;
  const all = items.map((each, index) => bodyOf(each, items[index + 1] ?? before, maxListedChanges));
  const shown = all.slice(0, countWithinBytes(all));
  const isCut = shown.length < all.length || last !== undefined;
  const end = shown.at(-1)?.version;
  const next = isCut && end !== undefined ? await cursors.of(list, versionKeyIn('', end).sk) : undefined;
  return { status: 200, body: { versions: shown, ...(next !== undefined && { cursor: next }) } };
}
