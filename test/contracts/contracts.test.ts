import { globSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { EventDefinition } from '../../shared/contracts/define-event.ts';
import { staffEventTypes } from '../../shared/contracts/orders/life-cycle-events.ts';
import { webhookEventTypes } from '../../shared/contracts/webhooks/event-types.ts';

const contracts = fileURLToPath(new URL('../../shared/contracts', import.meta.url));
const modules = await Promise.all(
  globSync('*/*events.ts', { cwd: contracts }).map(
    (file) => import(/* @vite-ignore */ `${contracts}/${file}`) as Promise<Record<string, unknown>>,
  ),
);
const isEvent = (value: unknown): value is EventDefinition =>
  typeof value === 'object' && value !== null && 'envelope' in value && 'detailType' in value;
const events = modules.flatMap((module) => Object.values(module)).filter(isEvent);

const sampleOf = (detailType: string) =>
  `${detailType.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.sample.json`;
const samples = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('.sample.json'));
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));

describe('the contract of each event', () => {
  test('has exactly one sample', () => {
    expect(events.length).toBeGreaterThan(0);
    expect(samples.toSorted()).toEqual(events.map(({ detailType }) => sampleOf(detailType)).toSorted());
  });

  test.each(events.map((event) => [event.detailType, event] as const))(
    'parses the sample of %s without dropping a field',
    (detailType, event) => {
      const sample = read(sampleOf(detailType));
      expect(event.envelope.parse(sample)).toEqual(sample);
    },
  );
});

test('webhook endpoints can subscribe to every event of an order that they receive', () => {
  const ofOrders = events.filter(({ source, envelope }) => {
    const { data } = envelope.shape.detail.shape;
    return source === 'storeworks.order-intake' && data instanceof z.ZodObject && 'orderId' in data.shape;
  });
  const names = ofOrders
    .map(({ detailType }) => detailType)
    .filter((name) => name !== 'OrderImported' && !staffEventTypes.includes(name));
  expect([...webhookEventTypes].toSorted()).toEqual(names.toSorted());
});
