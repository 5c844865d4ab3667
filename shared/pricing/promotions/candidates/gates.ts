import { ownValue } from '../../../input/own-value.ts';
import type { Facts } from './facts.ts';
import type { PreparedPromotion } from './prepared-set.ts';
import type { Cart, Reason } from '../types.ts';

/** Why a promotion does not apply, with what is missing. */
export type Obstacle = { reason: Reason; missingMinor?: number | undefined; missingUnits?: number | undefined };

/** The first reason for which time, audience, currency or limits keep a promotion from a cart, whatever the goods are. */
export function gateOf(prepared: PreparedPromotion, facts: Facts, isDisabled: boolean): Reason | undefined {
  return (
    timeGate(prepared, facts, isDisabled) ??
    audienceGate(prepared, facts) ??
    (prepared.currencies?.has(facts.cart.currency) === false ? 'currency' : undefined) ??
    limitGate(prepared, facts)
  );
}

function timeGate(
  { promotion: { paused, endedAt }, stateAt }: PreparedPromotion,
  { cart: { at } }: Facts,
  isDisabled: boolean,
): Reason | undefined {
  if (isDisabled || paused) return 'paused';
  const state = stateAt(at);
  if (endedAt !== undefined && at >= endedAt && state !== 'not-started') return 'ended';
  return state === 'in-force' ? undefined : state;
}

function audienceGate({ promotion: { audience } }: PreparedPromotion, { cart }: Facts): Reason | undefined {
  if (!audience) return undefined;
  const { channels, customerGroups, countries, firstOrderOnly, except = {} } = audience;
  const { customer, country, channel } = cart;
  const groups = customer?.groups ?? [];
  const isOther =
    (customerGroups && !groups.some((group) => customerGroups.includes(group))) ||
    groups.some((group) => except.customerGroups?.includes(group)) ||
    (countries && !includes(countries, country)) ||
    includes(except.countries ?? [], country) ||
    // Of a guest who is not known at all, the identity is asked for below.
    (firstOrderOnly && !cart.isFirstOrder && (cart.isFirstOrder === false || isKnown(cart)));
  if (isOther) return 'not-this-customer';
  if ((channels && !channels.includes(channel)) || except.channels?.includes(channel)) return 'not-this-channel';
  return undefined;
}

const includes = (values: readonly string[], value: string | undefined): boolean =>
  value !== undefined && values.includes(value);

const isKnown = ({ customer }: Cart): boolean => customer?.id !== undefined || customer?.email !== undefined;

function limitGate(prepared: PreparedPromotion, { cart, codesOf }: Facts): Reason | undefined {
  const { promotion, needsCode } = prepared;
  const { limits, audience, promotionId } = promotion;
  const remaining = cart.remaining.get(promotionId);
  const needsIdentity = limits?.perCustomer !== undefined || (audience?.firstOrderOnly && !cart.isFirstOrder);
  if (needsIdentity && !isKnown(cart)) return 'identity-needed';
  if (remaining?.customerUses === 0) return 'customer-limit-reached';
  const isUsedUp = needsCode && (codesOf.get(prepared) ?? []).every(({ isUsed }) => isUsed);
  return remaining?.uses === 0 || isUsedUp ? 'limit-reached' : undefined;
}

/** Whether payment or shipping method keep a promotion from a cart. A payment method that is not known may be an excluded one. */
export function isOtherMethod({ promotion: { methods, audience } }: PreparedPromotion, { cart }: Facts): boolean {
  const { paymentMethods, except } = audience ?? {};
  return (
    (methods !== undefined && !methods.includes(cart.shipping.method)) ||
    (paymentMethods !== undefined && !includes(paymentMethods, cart.paymentMethod)) ||
    (except?.paymentMethods !== undefined &&
      (cart.paymentMethod === undefined || except.paymentMethods.includes(cart.paymentMethod)))
  );
}

/** What is missing of the condition; `remaining`: what earlier promotions left of each line. */
export function conditionGate(
  { promotion: { condition }, scopes }: PreparedPromotion,
  { cart, list, linesIn }: Facts,
  remaining: readonly number[],
): Obstacle | undefined {
  if (!condition) return undefined;
  const { minSubtotalMinor, minUnits, basis } = condition;
  const lines = linesIn(scopes.condition);
  const amounts = basis === 'after-goods' ? remaining : list;
  const minMinor = minSubtotalMinor && ownValue(minSubtotalMinor, cart.currency);
  if (minMinor !== undefined) {
    const missingMinor = minMinor - sumAt(amounts, lines);
    if (missingMinor > 0) return { reason: 'below-threshold', missingMinor };
  }
  const missingUnits = (minUnits ?? 0) - unitsAt(cart.lines, lines);
  return missingUnits > 0 ? { reason: 'below-threshold', missingUnits } : undefined;
}

export function sumAt(amounts: readonly number[], lines: readonly number[]): number {
  let total = 0;
  for (const line of lines) total += amounts[line] ?? 0;
  return total;
}

export function unitsAt(all: readonly { quantity: number }[], lines: readonly number[]): number {
  let units = 0;
  for (const line of lines) units += all[line]?.quantity ?? 0;
  return units;
}
