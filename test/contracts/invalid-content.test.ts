import { expect, test } from 'vitest';
import { invalidContent } from '../../shared/contracts/problem.ts';

const errors = (count: number) => Array.from({ length: count }, (_, index) => ({ pointer: `/${index}`, detail: 'x' }));

test.each([
  [1, 'body', undefined, 'The body has 1 invalid field(s).', 1],
  [100, 'body', undefined, 'The body has 100 invalid field(s).', 100],
  [101, 'body', undefined, 'The body has 101 invalid field(s). The errors name the first 100.', 100],
  [5000, 'body', undefined, 'The body has 5000 invalid field(s). The errors name the first 100.', 100],
  [10, 'order', 10, 'The order has 10 invalid field(s).', 10],
  [11, 'order', 10, 'The order has 11 invalid field(s). The errors name the first 10.', 10],
] as const)('a problem of %i invalid fields of the %s names up to %s and has their number', (...given) => {
  const [count, of, named, detail, length] = given;
  const { status, body } = invalidContent(errors(count), { of, ...(named && { named }) });
  expect({ status, body }).toMatchObject({ status: 422, body: { type: 'invalid-content', detail } });
  expect(body).toHaveProperty('errors.length', length);
});
