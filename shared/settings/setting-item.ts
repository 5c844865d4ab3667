import * as z from 'zod';
import type { Key } from '../dynamodb/database.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts';

/** A version of a settings document: who put it in force, when, and from which address. */
export type SettingVersion<T = object> = { version: number; at: string; by: string; from: string; content: T };

/** The partition of a document, its versions and events. */
export const settingPartition = (name: string) => `SETTING#${name}`;
/** Key of the version in force. */
export const settingKey = (name: string): Key => ({ pk: settingPartition(name), sk: 'CURRENT' });
/** Versions are padded, so that they sort by number. */
export const versionPrefix = 'VERSION#';
export const versionKeyIn = (pk: string, version: number): Key => ({
  pk,
  sk: `${versionPrefix}${String(version).padStart(8, '0')}`,
});
export const versionKey = (name: string, version: number): Key => versionKeyIn(settingPartition(name), version);
export const versionKeyPattern = /^VERSION#\d{8}$/;

/** A version in the table, beside its keys. */
export const SettingItem = z
  .object({
    version: z.int().nonnegative(),
    at: z.string(),
    by: z.string(),
    from: z.string(),
    data: z
      .instanceof(Uint8Array)
      .transform((bytes) => decodeSnapshot(bytes))
      .pipe(z.looseObject({})),
  })
  .transform(({ data, ...version }): SettingVersion => ({ ...version, content: data }));

/** The attributes of a version in the table, without its keys. */
export const settingItem = ({ content, ...version }: SettingVersion) => ({ ...version, data: encodeSnapshot(content) });
