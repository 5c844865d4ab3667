import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../shared/dynamodb/database.ts';
import {
  currentReasons,
  currentRefundCalendar,
  currentSetting,
  currentTaxCategories,
  currentWarehouses,
  withCurrent,
} from '../../../shared/settings/current-settings-store.ts';
import { ReasonLists } from '../../../shared/settings/reason-lists.ts';
import { settingItem, settingKey } from '../../../shared/settings/setting-item.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';

const database = databaseForEach();
const put = (name: string, content: object) => {
  const item = settingItem({ version: 1, at: '2026-11-30T09:00:00Z', by: 'finance', from: '192.0.2.1', content });
  return database.db.send(
    new PutCommand({ TableName: tables.SETTINGS_TABLE_NAME, Item: { ...item, ...settingKey(name) } }),
  );
};
const lists = (...reasons: string[]) => ({
  lists: [{ list: 'refund', reasons: reasons.map((reason) => ({ reason })) }],
});
/** A reader of reasons with a clock that the test sets, and the number of its requests. */
function reasonsAt(db: Database = database.db) {
  const clock = { ms: 0, requests: 0 };
  const counted = {
    send: (command: Parameters<Database['send']>[0]) => {
      clock.requests += 1;
      return db.send(command);
    },
  } as Database;
  const valueOf = ({ lists: [first] }: ReasonLists) => first?.reasons.map(({ reason }) => reason) ?? [];
  const setting = { name: 'reasons', schema: ReasonLists, valueOf, deployed: ['any'] };
  return { clock, read: currentSetting(counted, tables, setting, () => clock.ms) };
}

describe('a setting', () => {
  test('is that of the deployment until staff set one, and in force within a minute', async () => {
    const { clock, read } = reasonsAt();
    expect(await read()).toEqual(['any']);
    await put('reasons', lists('late'));
    clock.ms = 49_999;
    expect(await read()).toEqual(['any']);
    expect(clock.requests).toBe(1);
    clock.ms = 59_000;
    expect(await read()).toEqual(['late']);
    expect(clock.requests).toBe(2);
  });

  test('is read once by concurrent requests', async () => {
    const { clock, read } = reasonsAt();
    await Promise.all(Array.from({ length: 20 }, () => read()));
    expect(clock.requests).toBe(1);
  });

  test('is read again after an error, and after the clock went back', async () => {
    let isDown = true;
    const failing = {
      send: (command: Parameters<Database['send']>[0]) =>
        isDown ? Promise.reject(new Error('The database is down')) : database.db.send(command),
    } as Database;
    const { clock, read } = reasonsAt(failing);
    await expect(read()).rejects.toThrow('The database is down');
    isDown = false;
    expect(await read()).toEqual(['any']);
    await put('reasons', lists('late'));
    clock.ms = -1;
    expect(await read()).toEqual(['late']);
  });

  test('is given to each request as it is at its time', async () => {
    const { clock, read } = reasonsAt();
    const serve = withCurrent(read, (reasons) => async (reason: string) => reasons.includes(reason));
    expect(await serve('late')).toBe(false);
    await put('reasons', lists('late'));
    clock.ms = 60_000;
    expect(await serve('late')).toBe(true);
  });
});

describe('the settings in force', () => {
  test('have the preferred warehouses first', async () => {
    const deployed = [{ warehouse: 'main' }];
    expect(await currentWarehouses(database.db, tables, deployed)()).toEqual(deployed);
    const warehouses = ['a', 'b', 'c', 'd'].map((warehouse) => ({ warehouse, name: warehouse.toUpperCase() }));
    await put('warehouses', { preference: ['d', 'b'], warehouses });
    const found = await currentWarehouses(database.db, tables, deployed)();
    expect(found.map(({ warehouse }) => warehouse)).toEqual(['d', 'b', 'a', 'c']);
  });

  test('have the calendar of refund decisions', async () => {
    const workingHours = { '1': [{ from: '09:00', to: '17:00' }] };
    const deployed = { timeZone: 'Europe/London', workingHours, holidays: [] };
    expect(await currentRefundCalendar(database.db, tables, deployed)()).toEqual(deployed);
    const calendar = {
      calendarId: 'refund-decisions',
      timeZone: 'Asia/Taipei',
      workingHours,
      holidays: ['2027-01-01'],
    };
    await put('calendars', { calendars: [{ ...calendar, calendarId: 'picking', timeZone: 'UTC' }, calendar] });
    expect(await currentRefundCalendar(database.db, tables, deployed)()).toEqual(calendar);
  });

  test('have the tax categories of all zones', async () => {
    expect(await currentTaxCategories(database.db, tables, ['standard'])()).toEqual(['standard']);
    const rate = { name: 'VAT', jurisdiction: 'x', percentage: '5', validFrom: '2011-01-04T00:00:00Z' };
    const rates = (...categories: string[]) =>
      categories.map((taxCategory) => Object.assign({ rateId: taxCategory, taxCategory }, rate));
    const zones = [
      { zoneId: 'gb', name: 'UK', country: 'GB', rates: rates('standard', 'books') },
      { zoneId: 'de', name: 'Germany', country: 'DE', rates: rates('standard', 'food') },
    ];
    await put('tax-zones', { zones });
    const found = await currentTaxCategories(database.db, tables, ['standard'])();
    expect(found.toSorted()).toEqual(['books', 'food', 'standard']);
  });

  test('have the active reasons of a list, and any reason where the list is missing', async () => {
    expect(await currentReasons(database.db, tables, 'refund')()).toBeUndefined();
    const reasons = [{ reason: 'late' }, { reason: 'lost', active: false }];
    await put('reasons', { lists: [{ list: 'refund', reasons }] });
    expect(await currentReasons(database.db, tables, 'refund')()).toEqual(['late']);
    expect(await currentReasons(database.db, tables, 'movement')()).toBeUndefined();
  });
});
