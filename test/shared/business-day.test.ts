import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { businessDays, dayBefore, dayBounds, hoursOfDay, lazyBusinessDay } from '../../shared/business-day.ts';
import { expiryCutoff } from '../../shared/stock/lot.ts';

const hourMs = 3_600_000;
const hoursBetween = ({ startMs, endMs }: { startMs: number; endMs: number }) => (endMs - startMs) / hourMs;

describe('business day', () => {
  it.each([
    ['2011-06-30T22:59:59.999Z', 'Europe/London', '2011-06-30'],
    ['2011-06-30T23:00:00.000Z', 'Europe/London', '2011-07-01'],
    ['2011-12-31T23:59:59.999Z', 'Europe/London', '2011-12-31'],
    ['2024-02-29T04:59:59Z', 'America/New_York', '2024-02-28'],
    ['2024-07-01T18:15:00Z', 'Asia/Kathmandu', '2024-07-02'],
    ['0998-05-05T12:00:00Z', 'UTC', '0998-05-05'],
  ])('of %s in %s is %s', (instant, zone, day) => {
    expect(businessDays(zone)(Date.parse(instant))).toBe(day);
  });

  it('is refused for an unknown zone', () => {
    expect(() => businessDays('Europe/Atlantis')).toThrow(RangeError);
  });

  it('loads the calendar with the first day, once', () => {
    const load = vi.spyOn(Intl, 'DateTimeFormat');
    const [dayOf, cutoffAt] = [lazyBusinessDay('Europe/London'), expiryCutoff({ TIME_ZONE: 'Europe/London' })];
    expect(load).not.toHaveBeenCalled();
    for (const zoned of [dayOf, cutoffAt, dayOf, cutoffAt]) {
      expect(zoned(Date.parse('2011-06-30T23:00:00Z'))).toBe('2011-07-01');
    }
    expect(load).toHaveBeenCalledTimes(2);
    load.mockRestore();
  });

  it('does not depend on earlier calls', () => {
    const caching = businessDays('Europe/London');
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1950, 0), max: Date.UTC(2100, 0) }), (instantMs) => {
        expect(caching(instantMs)).toBe(businessDays('Europe/London')(instantMs));
        expect(caching(instantMs + 1000)).toBe(businessDays('Europe/London')(instantMs + 1000));
      }),
      { numRuns: 200 },
    );
  });

  it('before the first of March is the last of February', () => {
    expect([dayBefore('2011-03-01'), dayBefore('2012-03-01'), dayBefore('2011-01-01')]).toEqual([
      '2011-02-28',
      '2012-02-29',
      '2010-12-31',
    ]);
  });
});

describe('bounds and hours of a day', () => {
  it.each([
    ['2011-03-27', 'Europe/London', 23],
    ['2011-10-30', 'Europe/London', 25],
    ['2011-06-15', 'Europe/London', 24],
    ['2024-04-07', 'Australia/Lord_Howe', 24.5],
    ['2018-11-04', 'America/Sao_Paulo', 23],
    ['2011-12-30', 'Pacific/Apia', 0],
  ])('%s in %s has %d hours', (day, zone, length) => {
    const bounds = dayBounds(day, zone);
    expect(hoursBetween(bounds)).toBe(length);
    const hours = hoursOfDay(day, zone);
    expect(hours.reduce((sum, hour) => sum + hoursBetween(hour), 0)).toBe(length);
    expect(new Set(hours.map(({ label }) => label)).size).toBe(hours.length);
  });

  it('distinguish the two equal hours at the end of daylight saving time by their offset', () => {
    const labels = hoursOfDay('2011-10-30', 'Europe/London').map(({ label }) => label);
    expect(labels.slice(0, 4)).toEqual([
      '2011-10-30T00:00:00+01:00',
      '2011-10-30T01:00:00+01:00',
      '2011-10-30T01:00:00+00:00',
      '2011-10-30T02:00:00+00:00',
    ]);
  });

  it('leave out the hour that is skipped at the start of daylight saving time', () => {
    const labels = hoursOfDay('2011-03-27', 'Europe/London').map(({ label }) => label);
    expect(labels.slice(0, 2)).toEqual(['2011-03-27T00:00:00+00:00', '2011-03-27T02:00:00+01:00']);
  });

  it('contain every instant of their day, and no other', () => {
    const zones = fc.constantFrom('Europe/London', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland', 'UTC');
    fc.assert(
      fc.property(zones, fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2037, 0) }), (zone, instantMs) => {
        const day = businessDays(zone)(instantMs);
        const hours = hoursOfDay(day, zone).filter((hour) => hour.startMs <= instantMs && instantMs < hour.endMs);
        expect(hours).toHaveLength(1);
        expect(Date.parse(hours[0]?.label ?? '')).toBe(hours[0]?.startMs);
      }),
      { numRuns: 60 },
    );
  });
});
