import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { EventDefinition } from '../../shared/contracts/define-event.ts';

const eventFiles = readdirSync(new URL('../../shared/events', import.meta.url));
const modules = await Promise.all(
  eventFiles.map(
    (file) => import(/* @vite-ignore */ `../../shared/events/${file}`) as Promise<Record<string, unknown>>,
  ),
);
const isEvent = (value: unknown): value is EventDefinition =>
  typeof value === 'object' && value !== null && 'envelope' in value && 'detailType' in value;
const events = modules.flatMap((module) => Object.values(module)).filter(isEvent);

const sampleOf = (detailType: string) =>
  `${detailType.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.sample.json`;
const samples = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('.sample.json'));
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));

describe('the promise of each event', () => {
  test('has one sample, and no sample is of nothing', () => {
    expect(events.length).toBeGreaterThan(0);
    expect(samples.toSorted()).toEqual(events.map(({ detailType }) => sampleOf(detailType)).toSorted());
  });

  test.each(events.map((event) => [event.detailType, event] as const))(
    '%s is read whole from the sample that consumers were given',
    (detailType, event) => {
      const sample = read(sampleOf(detailType));
      // Nothing of it is dropped: a field that a consumer may read is still in the schema.
      expect(event.envelope.parse(sample)).toEqual(sample);
    },
  );
});
