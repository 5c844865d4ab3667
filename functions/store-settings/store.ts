import { type Cause, newEvent } from '../../shared/contracts/define-event.ts';
import { SettingsChanged } from '../../shared/contracts/settings/events.ts';
import type { SettingName } from '../../shared/contracts/settings/documents.ts';
import type { SettingChange } from '../../shared/contracts/settings/version.ts';
import { type Action, type Database, readBatch, transact } from '../../shared/dynamodb/database.ts';
import { expectVersion } from '../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../shared/dynamodb/outbox.ts';
import { newestUnder } from '../../shared/dynamodb/query-pages.ts';
import { namedChanges } from '../../shared/settings/named-changes.ts';
import { sellingSettingsKey } from '../../shared/settings/selling-settings.ts';
import {
  SettingItem,
  settingItem,
  settingKey,
  settingPartition,
  type SettingVersion,
  versionKey,
  versionPrefix,
} from '../../shared/settings/setting-item.ts';
import { maxSnapshotBytes } from '../../shared/settings/snapshot.ts';
import type { SettingInForce } from './decide.ts';
import { nextSnapshot, snapshotOf } from './selling-snapshot.ts';

type Written = {
  name: SettingName;
  next: SettingVersion;
  /** The version before `next`, and the snapshot that was read with it. */
  current: SettingInForce;
  snapshot: unknown;
  changes: readonly SettingChange[];
};

/** Documents in force, their versions and the snapshot for placing. */
export function createSettingsStore(db: Database, { SETTINGS_TABLE_NAME: table }: { SETTINGS_TABLE_NAME: string }) {
  const read = async (keys: { pk: string; sk: string }[]) =>
    (await readBatch(db, { [table]: keys }, true)).get(table) ?? [];
  const parse = (item: unknown) => (item === undefined ? undefined : SettingItem.parse(item));

  return {
    /** The version in force, if staff have set one, and the snapshot item. */
    async current(name: SettingName): Promise<{ document: SettingVersion | undefined; snapshot: unknown }> {
      const items = await read([settingKey(name), sellingSettingsKey]);
      const snapshot = items.find((item) => isAt(item, sellingSettingsKey));
      return { document: parse(items.find((item) => item !== snapshot)), snapshot };
    },

    async version(name: SettingName, version: number): Promise<SettingVersion | undefined> {
      const [item] = await read([versionKey(name, version)]);
      return parse(item);
    },

    /** Up to `limit` versions, the newest first, after the sort key `before`. */
    versions: (name: SettingName, before: string | undefined, limit: number) =>
      newestUnder(db, table, { pk: settingPartition(name), prefix: versionPrefix }, SettingItem, { before, limit }),

    /**
     * Puts a version in force, with the snapshot that placing reads. The first one also records the settings of the
     * deployment before it, as version 0. `too-large`: it exceeds `maxSnapshotBytes`; nothing was written.
     */
    async put(
      { name, next, current, snapshot, changes }: Written,
      cause: Cause,
    ): Promise<'done' | 'version-conflict' | 'too-large'> {
      const item = settingItem(next);
      const selling = nextSnapshot(snapshotOf(snapshot), name, next);
      if (Math.max(item.data.byteLength, selling?.data.byteLength ?? 0) > maxSnapshotBytes) return 'too-large';
      const put = (Item: Record<string, unknown>, version: number): Action => ({
        Put: { TableName: table, Item, ...expectVersion(version) },
      });
      const { version, at, by } = next;
      const deployed = { version: 0, at, by: 'deployment', from: '', content: current.content };
      const named = namedChanges(changes);
      const data = { name, version, by, changeCount: changes.length, changes: named };
      return transact(db, [
        put({ ...item, ...settingKey(name) }, version - 1),
        put({ ...item, ...versionKey(name, version) }, 0),
        ...(version === 1 ? [put({ ...settingItem(deployed), ...versionKey(name, 0) }, 0)] : []),
        ...(selling ? [put({ ...selling, ...sellingSettingsKey }, selling.version - 1)] : []),
        { Put: { TableName: table, Item: outboxItem(settingPartition(name), newEvent(SettingsChanged, data, cause)) } },
      ]);
    },
  };
}
export type SettingsStore = ReturnType<typeof createSettingsStore>;

const isAt = (item: unknown, { pk }: { pk: string }) =>
  typeof item === 'object' && item !== null && 'pk' in item && item.pk === pk;
