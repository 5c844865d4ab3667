import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  RiskPolicy,
  type RiskSignals,
  scoreRisk,
  velocityKinds,
} from '../../../functions/order-intake/risk/risk-score.ts';
import { store } from '../../../infra/store.ts';
import { emailDomain } from '../../../shared/email.ts';

const policy: RiskPolicy = {
  holdFrom: 50,
  windowMinutes: 60,
  velocity: {
    customer: { orders: 3, points: 30 },
    address: { orders: 5, points: 20 },
    email: { orders: 3, points: 25 },
    card: { orders: 2, points: 40 },
  },
  amount: {
    timesAverage: 5,
    ordersNeeded: 3,
    points: 25,
    firstOrderFromMinor: { GBP: 50_000 },
    firstOrderPoints: 20,
  },
  countriesDiffer: 20,
  disposableDomains: ['mailinator.com', emailDomain('@müllpost.de')],
  disposableEmail: 35,
  failures: { count: 3, points: 40 },
};
const signals = (given: Partial<RiskSignals> = {}): RiskSignals => ({
  totalMinor: 1000,
  currency: 'GBP',
  email: 'ada@example.com',
  shippingCountry: 'GB',
  billingCountry: 'GB',
  ordersInWindow: { customer: 1, address: 1, email: 1, card: 1 },
  failuresInWindow: 0,
  history: { orders: 0, totalMinor: 0 },
  ...given,
});
const codes = (given: Partial<RiskSignals>) => scoreRisk(signals(given), policy).reasons.map(({ code }) => code);

test("the store's risk policy holds an order for two strong reasons, not for one", () => {
  const settings = RiskPolicy.parse(store.risk);
  expect(scoreRisk(signals({ ordersInWindow: { card: 4 } }), settings).decision).toBe('accept');
  expect(scoreRisk(signals({ ordersInWindow: { card: 4 }, failuresInWindow: 3 }), settings).decision).toBe('hold');
});

describe('risk score of an order', () => {
  test('is 0 without a risk signal', () => {
    expect(scoreRisk(signals(), policy)).toEqual({ score: 0, decision: 'accept', reasons: [] });
  });

  test.each([
    ['customer-velocity', { ordersInWindow: { customer: 4 } }, { ordersInWindow: { customer: 3 } }],
    ['address-velocity', { ordersInWindow: { address: 6 } }, { ordersInWindow: { address: 5 } }],
    ['email-velocity', { ordersInWindow: { email: 4 } }, { ordersInWindow: { email: 3 } }],
    ['card-velocity', { ordersInWindow: { card: 3 } }, { ordersInWindow: { card: 2 } }],
    [
      'amount-above-history',
      { totalMinor: 5001, history: { orders: 3, totalMinor: 3000 } },
      { totalMinor: 5000, history: { orders: 3, totalMinor: 3000 } },
    ],
    [
      'large-first-order',
      { totalMinor: 50_000, history: { orders: 2, totalMinor: 2000 } },
      { totalMinor: 49_999, history: { orders: 2, totalMinor: 2000 } },
    ],
    ['large-first-order', { totalMinor: 50_000 }, { totalMinor: 50_000, currency: 'JPY' }],
    ['countries-differ', { billingCountry: 'FR' }, { billingCountry: 'ZZ' }],
    ['countries-differ', { billingCountry: 'FR' }, { billingCountry: undefined }],
    ['disposable-email', { email: 'x@MAILINATOR.com' }, { email: 'x@notmailinator.com' }],
    ['disposable-email', { email: 'jörg@eu.müllpost.de' }, { email: 'jörg@müll.de' }],
    ['disposable-email', { email: 'x@eu.mailinator.com' }, { email: 'mailinator.com@example.com' }],
    ['many-failures', { failuresInWindow: 3 }, { failuresInWindow: 2 }],
  ] as const)('has the reason %s for %o and not for %o', (code, risky, harmless) => {
    expect(codes(risky)).toEqual([code]);
    expect(codes(harmless)).toEqual([]);
  });

  test('holds the order from the threshold on and lists the reasons with most points first', () => {
    const risk = scoreRisk(signals({ billingCountry: 'FR', email: 'x@mailinator.com' }), policy);
    expect(risk).toMatchObject({
      score: 55,
      decision: 'hold',
      reasons: [
        { code: 'disposable-email', points: 35 },
        { code: 'countries-differ', points: 20 },
      ],
    });
    expect(scoreRisk(signals({ email: 'x@mailinator.com' }), policy).decision).toBe('accept');
  });

  test('has reasons without personal data', () => {
    const { reasons } = scoreRisk(
      signals({ email: 'secret-name@mailinator.com', ordersInWindow: { email: 9 } }),
      policy,
    );
    expect(JSON.stringify(reasons)).not.toContain('secret-name');
  });
});

const count = fc.integer({ min: 0, max: 20 });
const anySignals = fc.record({
  totalMinor: fc.integer({ min: 0, max: 1_000_000_000 }),
  currency: fc.constantFrom('GBP', 'EUR'),
  email: fc.option(fc.constantFrom('a@example.com', 'b@mailinator.com', 'no-at-sign'), { nil: undefined }),
  shippingCountry: fc.constantFrom('GB', 'FR', 'ZZ'),
  billingCountry: fc.option(fc.constantFrom('GB', 'FR', 'ZZ'), { nil: undefined }),
  ordersInWindow: fc.record({ customer: count, address: count, email: count, card: count }, { requiredKeys: [] }),
  failuresInWindow: count,
  history: fc.record({ orders: count, totalMinor: fc.integer({ min: 0, max: 1_000_000_000 }) }),
});

describe('for any signals', () => {
  test('the score is the sum of distinct reasons up to 100, and the threshold alone decides', () => {
    fc.assert(
      fc.property(anySignals, (given) => {
        const { score, decision, reasons } = scoreRisk(given, policy);
        expect(score).toBe(
          Math.min(
            100,
            reasons.reduce((sum, { points }) => sum + points, 0),
          ),
        );
        expect(new Set(reasons.map(({ code }) => code)).size).toBe(reasons.length);
        expect(decision).toBe(score >= policy.holdFrom ? 'hold' : 'accept');
      }),
    );
  });

  test('more orders, more failures or a larger amount never lower the score', () => {
    fc.assert(
      fc.property(anySignals, fc.constantFrom(...velocityKinds), count, (given, kind, more) => {
        const riskier = {
          ...given,
          totalMinor: given.totalMinor + more * 1000,
          failuresInWindow: given.failuresInWindow + more,
          ordersInWindow: { ...given.ordersInWindow, [kind]: (given.ordersInWindow[kind] ?? 0) + more },
        };
        expect(scoreRisk(riskier, policy).score).toBeGreaterThanOrEqual(scoreRisk(given, policy).score);
      }),
    );
  });

  test('a rule with 0 points adds no reason', () => {
    fc.assert(
      fc.property(anySignals, (given) => {
        const off = { ...policy, countriesDiffer: 0, disposableEmail: 0 };
        const found = scoreRisk(given, off).reasons.map(({ code }) => code);
        expect(found).not.toContain('countries-differ');
        expect(found).not.toContain('disposable-email');
      }),
    );
  });
});
