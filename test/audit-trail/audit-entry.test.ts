import { expect, test } from 'vitest';
import { actorKindOf, AuditedEvent, auditItemOf } from '../../functions/audit-trail/audit-entry.ts';
import { personalFields } from '../../shared/contracts/personal-events.ts';

const eventOf = (type: string, data: object, metadata: object = {}) => ({
  'detail-type': type,
  detail: {
    metadata: {
      eventId: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
      version: 1,
      occurredAt: '2026-11-30T09:15:00.000Z',
      correlationId: 'c0ffee-1',
      causationId: 'request-1',
      actor: 'finance',
      ...metadata,
    },
    data,
  },
});
const itemOf = (type: string, data: object) => auditItemOf(AuditedEvent.parse(eventOf(type, data)), personalFields);

test('an entry has no personal data of its event, and keeps the rest', () => {
  const item = itemOf('OrderContactChanged', {
    orderId: 'ord_1',
    fields: ['customer'],
    before: { customer: { email: 'ada@example.com' } },
    after: { customer: { email: 'eve@example.com' } },
  });
  expect(JSON.stringify(item)).not.toContain('example.com');
  expect(item).toMatchObject({ object: 'order:ord_1', monthKey: 'MONTH#2025-11', personKey: 'PERSON#finance' });
  expect(JSON.parse(item.data ?? '')).toMatchObject({ fields: ['customer'] });
});

test('data that is too large for an item is left out', () => {
  expect(itemOf('SkuChanged', { sku: 'A', note: 'é'.repeat(50_001) })).not.toHaveProperty('data');
  expect(itemOf('SkuChanged', { sku: 'A', note: 'é'.repeat(49_000) })).toHaveProperty('data');
});

test.each([
  ['no actor', { actor: undefined }],
  ['an id that is no ULID, which has no time', { eventId: 'constructor' }],
])('an event with %s is malformed', (_what, metadata) => {
  expect(AuditedEvent.safeParse(eventOf('SkuChanged', { sku: 'A' }, metadata)).success).toBe(false);
});

test.each([
  ['0d7e4b7a-51c8-4d5e-9a0c-3f1f6f4f2a10', 'person'],
  ['aws:ada', 'console'],
  ['7kq3p0b8l2', 'machine'],
  ['storeworks.ledger', 'workflow'],
  ['file catalog/skus.csv', 'file'],
])('the actor %s is a %s', (actor, kind) => expect(actorKindOf(actor)).toBe(kind));
