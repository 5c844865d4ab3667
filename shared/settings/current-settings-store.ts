import type * as z from 'zod';
import type { WarehouseResponse } from '../contracts/stock/level-routes.ts';
import { type Database, readBatch } from '../dynamodb/database.ts';
import type { WarehouseCodes } from '../store.ts';
import { TaxZoneList, taxCategoriesOf } from '../tax/tax-zones.ts';
import { CalendarList, refundCalendarId, type WorkingCalendar } from './calendars.ts';
import { defaultPromotionSettings, PromotionSettings } from './promotion-policy.ts';
import { activeReasons, type ReasonListName, ReasonLists } from './reason-lists.ts';
import { SettingItem, settingKey } from './setting-item.ts';
import { ShippingMethodList } from './shipping-methods.ts';
import { preferredFirst, WarehouseList } from './warehouse-list.ts';

/** Less than a minute, so that a change is in force within a minute everywhere. */
const maxAgeMs = 50_000;

type SettingsEnv = { SETTINGS_TABLE_NAME: string };

/** Reads a setting in force; at most once per `maxAgeMs`, so that it costs a request no time as a rule. */
export type Current<T> = () => Promise<T>;

/**
 * A document of the settings, kept for `maxAgeMs`, or `deployed` until staff set one. Requests during a read wait for the
 * same one. One per function instance.
 */
export function currentSetting<S extends z.ZodType, T>(
  db: Database,
  { SETTINGS_TABLE_NAME: table }: SettingsEnv,
  { name, schema, valueOf, deployed }: { name: string; schema: S; valueOf: (document: z.infer<S>) => T; deployed: T },
  clock: () => number = Date.now,
): Current<T> {
  const read = async (): Promise<T> => {
    const [item] = (await readBatch(db, { [table]: [settingKey(name)] }, false)).get(table) ?? [];
    return item === undefined ? deployed : valueOf(schema.parse(SettingItem.parse(item).content));
  };
  let kept: { readAt: number; value: Promise<T> } | undefined;
  return () => {
    const now = clock();
    if (kept && now - kept.readAt < maxAgeMs && now >= kept.readAt) return kept.value;
    const reading = { readAt: now, value: read() };
    kept = reading;
    // The next request reads again after an error.
    reading.value.catch(() => {
      if (kept === reading) kept = undefined;
    });
    return reading.value;
  };
}

/** Serves each request with the settings in force at its time. */
export const withCurrent =
  <S, A, R>(current: Current<S>, serve: (settings: S) => (argument: A) => Promise<R>) =>
  async (argument: A): Promise<R> =>
    serve(await current())(argument);

/** The warehouses in force, the preferred ones first. */
export const currentWarehouses = (
  db: Database,
  env: SettingsEnv,
  deployed: readonly WarehouseResponse[],
): Current<readonly WarehouseResponse[]> =>
  currentSetting(db, env, { name: 'warehouses', schema: WarehouseList, valueOf: preferredFirst, deployed });

/** The codes of the warehouses in force, the preferred ones first. */
export const currentWarehouseCodes = (
  db: Database,
  env: SettingsEnv,
  deployed: WarehouseCodes,
): Current<WarehouseCodes> =>
  currentSetting(db, env, {
    name: 'warehouses',
    schema: WarehouseList,
    valueOf: (list) => preferredFirst(list).map(({ warehouse }) => warehouse),
    deployed,
  });

/** The tax categories that SKUs may have: those with a rate in a zone. */
export const currentTaxCategories = (
  db: Database,
  env: SettingsEnv,
  deployed: readonly string[],
): Current<readonly string[]> =>
  currentSetting(db, env, { name: 'tax-zones', schema: TaxZoneList, valueOf: taxCategoriesOf, deployed });

/** The calendar in force for decisions on refunds. */
export const currentRefundCalendar = (
  db: Database,
  env: SettingsEnv,
  deployed: WorkingCalendar,
): Current<WorkingCalendar> =>
  currentSetting(db, env, {
    name: 'calendars',
    schema: CalendarList,
    valueOf: ({ calendars }) => calendars.find(({ calendarId }) => calendarId === refundCalendarId) ?? deployed,
    deployed,
  });

/** The reasons that new requests may give; undefined if any text is a reason. */
export const currentReasons = (db: Database, env: SettingsEnv, list: ReasonListName): Current<string[] | undefined> =>
  currentSetting(db, env, {
    name: 'reasons',
    schema: ReasonLists,
    valueOf: (lists) => activeReasons(lists, list),
    deployed: undefined,
  });

/** Which promotions a second person approves, and how they combine. */
export const currentPromotionSettings = (db: Database, env: SettingsEnv): Current<PromotionSettings> =>
  currentSetting(db, env, {
    name: 'promotions',
    schema: PromotionSettings,
    valueOf: (settings) => settings,
    deployed: defaultPromotionSettings,
  });

/** The ids of the shipping methods in force. */
export const currentShippingMethods = (
  db: Database,
  env: SettingsEnv,
  deployed: readonly string[],
): Current<readonly string[]> =>
  currentSetting(db, env, {
    name: 'shipping-methods',
    schema: ShippingMethodList,
    valueOf: ({ methods }) => methods.map(({ method }) => method),
    deployed,
  });
