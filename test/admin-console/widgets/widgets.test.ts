import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { pageAt } from '../../../functions/admin-console/widgets/action.ts';
import { showDeadLetters, showNightlyRun, showOrders } from '../../../functions/admin-console/widgets/day-widgets.ts';
import { html } from '../../../shared/html.ts';
import { listWidgets } from '../../../functions/admin-console/widgets/list-widgets.ts';
import { languageOf, messagesIn } from '../../../functions/admin-console/widgets/messages.ts';

const place = { language: 'en', region: 'eu-west-1', reportsBucket: 'reports' } as const;
const reader = pageAt({ ...place, endpoint: undefined });
const endpoint = 'arn:aws:lambda:eu-west-1:123456789012:function:administration';
const administrator = pageAt({ ...place, endpoint });
const hostile = `"><script>alert('1')</script>&\0`;

const bodies: Record<string, object> = {
  'stock-alerts': { alerts: [{ sku: hostile, kind: 'low', available: 1, raisedAt: '2026-11-30T09:00:00Z' }] },
  'held-orders': {
    orders: [{ orderId: hostile, totalMinor: 1, currency: 'GBP', placedAt: hostile, holdReasons: [hostile] }],
  },
  refunds: { refunds: [{ refundId: hostile, orderId: hostile, amountMinor: 1, currency: 'GBP' }] },
  promotions: { promotions: [{ promotionId: hostile, state: 'active', nextEndAt: hostile }] },
};

describe('every widget', () => {
  test.each(Object.entries(listWidgets))('%s escapes texts of others, and readers see no button', (name, { show }) => {
    for (const page of [reader, administrator]) {
      const { markup } = show(bodies[name], page);
      expect(markup).not.toMatch(/<script|\0/);
      expect(() => new XMLParser({ unpairedTags: ['input'] }).parse(`<div>${markup}</div>`, true)).not.toThrow();
    }
    expect(show(bodies[name], reader).markup).not.toMatch(/cwdb-action|<form|automation\/execute/);
    expect(show(bodies[name], administrator).markup).toMatch(/cwdb-action|automation\/execute/);
  });

  test('a button says what it does to what, asks before, and calls the function of the administrators', () => {
    const { markup } = showDeadLetters([{ name: 'Storeworks-A-DeadLetters', messages: 2 }], administrator);
    expect(markup).toContain(`endpoint="${endpoint}"`);
    expect(markup).toContain('confirmation="Redrive: Storeworks-A-DeadLetters');
    expect(markup).toContain('{&quot;press&quot;:{&quot;operation&quot;:&quot;redrive-dead-letters&quot;');
  });
});

test('orders are counted by status, and cancelled ones are no sales', () => {
  const order = (status: string, totalMinor: number) => ({ status, totalMinor, currency: 'GBP' });
  const orders = [order('paid', 1000), order('cancelled', 500), order('shipped', 250)];
  expect(showOrders('2026-11-30', [{ orders }], reader).markup).toContain('£12.50');
  expect(showOrders('2026-11-30', [{ orders, cursor: 'more' }], reader).markup).toContain('≥ £12.50');
});

test('a day without a nightly run says so, and can be run', () => {
  expect(showNightlyRun('2026-11-29', undefined, administrator).markup).toContain('no nightly run');
  const run = { runId: 'nightly-2026-11-29', status: 'completed', version: 2 };
  expect(showNightlyRun('2026-11-29', run, reader).markup).toContain('prefix=daily%2Fdt%3D2026-11-29%2Fv%3D2%2F');
});

test('HTML keeps what a template made, and escapes everything else', () => {
  expect(html`<b>${[html`<i>${'<'}</i>`, '&', undefined, 5]}</b>`.markup).toBe('<b><i>&lt;</i>&amp;5</b>');
});

test.each([
  ['en', 'en', 'Orders'],
  ['zh_TW', 'zh-Hant', '訂單'],
  ['zh-HK', 'zh-Hant', '訂單'],
  ['zh_CN', 'zh-Hans', '订单'],
  ['zh', 'zh-Hans', '订单'],
  ['fr', 'en', 'Orders'],
])('the locale %s is shown in %s', (locale, language, orders) => {
  expect(languageOf(locale)).toBe(language);
  expect(messagesIn(languageOf(locale))('orders')).toBe(orders);
});
