import { expect, test } from 'vitest';
import { ownValue } from '../../../shared/input/own-value.ts';

const inherited = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'isPrototypeOf'];

test.each(inherited)('an object without the key %s has no value of it', (key) => {
  expect(ownValue({ main: 1 }, key)).toBeUndefined();
});

test.each(inherited)('an object from JSON with the key %s has its value', (key) => {
  expect(ownValue<number>(JSON.parse(`{"${key}":7}`), key)).toBe(7);
});
