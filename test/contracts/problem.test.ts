import { expect, test } from 'vitest';
import { type FieldError, Problem, problem } from '../../shared/contracts/problem.ts';

const anError = (given: Partial<FieldError>): FieldError => ({
  pointer: '/lines/0',
  detail: 'Unknown field',
  ...given,
});

test.each([
  ['100,000 fields', Array.from({ length: 100_000 }, (_, index) => anError({ pointer: `/field-${index}` })), 100],
  ['a field with a long name', [anError({ pointer: `/${'x'.repeat(1_000_000)}` })], 1],
  ['a name that is cut in a surrogate pair', [anError({ pointer: `/${'😀'.repeat(1000)}` })], 1],
  ['a long reason', [anError({ detail: 'x'.repeat(1_000_000) })], 1],
  ['escaped characters', Array.from({ length: 101 }, () => anError({ pointer: `/${'\u0001'.repeat(5000)}` })), 100],
])('a problem document about %s has at most 200 KB', (_what, errors, count) => {
  const { body } = problem(422, 'invalid-content', 'The body has invalid fields.', { errors });
  expect(Problem.parse(body).errors).toHaveLength(count);
  expect(JSON.stringify(body).isWellFormed()).toBe(true);
  expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(200_000);
});

test('a short error is not cut', () => {
  const errors = [anError({ pointer: `/${'x'.repeat(199)}`, detail: 'y'.repeat(1000) })];
  expect(problem(422, 'invalid-content', 'The body has an invalid field.', { errors }).body).toMatchObject({ errors });
});
