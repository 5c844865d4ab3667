import { expect, test } from 'vitest';
import { unknownShipping } from '../../../shared/pricing/shipping-price.ts';

const methods = ['standard', 'express', 'next-day'].map((method) => ({ method }));
const known = 'The shipping methods are standard, express, next-day';

test.each([
  ['Standard', `${known}: did you mean standard?`],
  ['expres', `${known}: did you mean express?`],
  ['EXPRESS', `${known}: did you mean express?`],
  ['nextday', `${known}: did you mean next-day?`],
  ['standart', `${known}: did you mean standard?`],
  ['pigeon post', `${known}.`],
  ['constructor', `${known}.`],
])('the problem of the shipping method %s names the methods and the closest one', (shippingMethod, detail) => {
  expect(unknownShipping(shippingMethod, methods)).toEqual({
    kind: 'invalid',
    type: 'unknown-shipping-method',
    detail,
    errors: [{ pointer: '/shippingMethod', detail }],
  });
});
