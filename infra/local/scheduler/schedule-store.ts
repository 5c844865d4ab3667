import type { LocalContext } from '../context.ts';
import type { Schedule } from './schedule.ts';

/** A stored schedule; times in ms since the epoch. */
export type StoredSchedule = {
  groupName: string;
  name: string;
  definition: Schedule;
  createdAt: number;
  modifiedAt: number;
  clientToken: string | null;
};

export type StoredGroup = { name: string; createdAt: number; modifiedAt: number };

type Row = {
  group_name: string;
  name: string;
  definition: string;
  created_at: number;
  modified_at: number;
  client_token: string | null;
};
type GroupRow = { name: string; created_at: number; modified_at: number };

/** Start of a page: after this schedule, in the order of group and name. */
export type After = { groupName: string; name: string };

export type ScheduleStore = ReturnType<typeof openScheduleStore>;

/** Schedules and groups in the state file, of the template and created at run time. */
export function openScheduleStore({ state: { db }, now }: LocalContext) {
  db.exec(`
    CREATE TABLE IF NOT EXISTS schedule_groups (
      name TEXT PRIMARY KEY,
      created_at INTEGER NOT NULL,
      modified_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS schedules (
      group_name TEXT NOT NULL,
      name TEXT NOT NULL,
      definition TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      modified_at INTEGER NOT NULL,
      client_token TEXT,
      PRIMARY KEY (group_name, name)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS declared_schedules (
      kind TEXT NOT NULL,
      key TEXT NOT NULL,
      definition TEXT NOT NULL,
      PRIMARY KEY (kind, key)
    ) STRICT;
  `);
  const selectOne = db.prepare('SELECT * FROM schedules WHERE group_name = ? AND name = ?');
  const selectPage = db.prepare(`
    SELECT * FROM schedules
    WHERE (group_name, name) > (?, ?) AND (? IS NULL OR group_name = ?) AND substr(name, 1, ?) = ?
      AND (? IS NULL OR definition ->> 'State' = ?)
    ORDER BY group_name, name LIMIT ?`);
  const upsert = db.prepare(`
    INSERT INTO schedules (group_name, name, definition, created_at, modified_at, client_token) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (group_name, name) DO UPDATE SET definition = excluded.definition, modified_at = excluded.modified_at`);
  const removeOne = db.prepare('DELETE FROM schedules WHERE group_name = ? AND name = ?');
  const selectGroup = db.prepare('SELECT * FROM schedule_groups WHERE name = ?');
  const selectGroups = db.prepare(
    'SELECT * FROM schedule_groups WHERE name > ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?',
  );
  const insertGroup = db.prepare('INSERT INTO schedule_groups (name, created_at, modified_at) VALUES (?, ?, ?)');
  const removeGroup = db.prepare('DELETE FROM schedule_groups WHERE name = ?');
  const selectDeclared = db.prepare('SELECT key, definition FROM declared_schedules WHERE kind = ?');
  const declare = db.prepare('INSERT OR REPLACE INTO declared_schedules (kind, key, definition) VALUES (?, ?, ?)');
  const removeDeclared = db.prepare('DELETE FROM declared_schedules WHERE kind = ? AND key = ?');

  return {
    get: (groupName: string, name: string): StoredSchedule | undefined => {
      const row = selectOne.get(groupName, name) as Row | undefined;
      return row && storedOf(row);
    },
    /** At most `limit` schedules in the order of group and name. */
    list: (filter: { groupName?: string; namePrefix: string; state?: string; after: After; limit: number }) => {
      const { groupName = null, namePrefix, state = null, after, limit } = filter;
      const from = [after.groupName, after.name] as const;
      const named = [namePrefix.length, namePrefix] as const;
      const rows = selectPage.all(...from, groupName, groupName, ...named, state, state, limit) as Row[];
      return rows.map(storedOf);
    },
    put: (name: string, definition: Schedule, clientToken: string | null = null): void => {
      const at = now();
      upsert.run(definition.GroupName, name, JSON.stringify(definition), at, at, clientToken);
    },
    remove: (groupName: string, name: string): boolean => removeOne.run(groupName, name).changes > 0,
    group: (name: string): StoredGroup | undefined => {
      const row = selectGroup.get(name) as GroupRow | undefined;
      return row && groupOf(row);
    },
    groups: (filter: { namePrefix: string; after: string; limit: number }): StoredGroup[] => {
      const { namePrefix, after, limit } = filter;
      return (selectGroups.all(after, namePrefix.length, namePrefix, limit) as GroupRow[]).map(groupOf);
    },
    addGroup: (name: string): void => {
      const at = now();
      insertGroup.run(name, at, at);
    },
    removeGroup: (name: string): void => {
      removeGroup.run(name);
    },
    /** Definitions in the template of the last start, by key; not the ones created or changed at run time. */
    declared: (kind: 'group' | 'schedule' | 'rule') => {
      const rows = selectDeclared.all(kind) as { key: string; definition: string }[];
      return new Map(rows.map(({ key, definition }) => [key, definition]));
    },
    declare: (kind: 'group' | 'schedule' | 'rule', key: string, definition: string): void => {
      declare.run(kind, key, definition);
    },
    removeDeclared: (kind: 'group' | 'schedule' | 'rule', key: string): void => {
      removeDeclared.run(kind, key);
    },
  };
}

const storedOf = (row: Row): StoredSchedule => ({
  groupName: row.group_name,
  name: row.name,
  definition: JSON.parse(row.definition),
  createdAt: row.created_at,
  modifiedAt: row.modified_at,
  clientToken: row.client_token,
});

const groupOf = ({ name, created_at: createdAt, modified_at: modifiedAt }: GroupRow): StoredGroup => ({
  name,
  createdAt,
  modifiedAt,
});
