import { expect, test } from 'vitest';
import { filledIn, parameterProblem } from '../../../../infra/local/automation/document.ts';

const date = { type: 'String' as const, allowedPattern: '^[0-9]{4}$' };
test.each<[string, Parameters<typeof parameterProblem>[1], string]>([
  ['a text that matches', date, '2026'],
  ['a value of a list', { type: 'String', allowedValues: ['pause', 'end'] }, 'end'],
  ['a boolean', { type: 'Boolean' }, 'true'],
  ['a number', { type: 'Integer' }, '86400'],
])('a parameter accepts %s', (_name, parameter, value) =>
  expect(parameterProblem('Input', parameter, value)).toBeUndefined(),
);

test.each<[string, Parameters<typeof parameterProblem>[1], string | undefined, RegExp]>([
  ['a text that does not match', date, '2026-11', /must match/],
  ['a missing value', date, undefined, /required/],
  ['a value that is not in the list', { type: 'String', allowedValues: ['pause', 'end'] }, 'stop', /one of/],
  ['a text for a boolean', { type: 'Boolean' }, 'yes', /true or false/],
  ['a text for a number', { type: 'Integer' }, '1e3', /whole number/],
])('a parameter refuses %s', (_name, parameter, value, problem) =>
  expect(parameterProblem('Input', parameter, value)).toMatch(problem),
);

test('placeholders are the execution and the parameters; another one is refused', () => {
  const variables = { 'automation:EXECUTION_ID': 'e-1', Date: '2026-11-29' };
  expect(filledIn('{"id":"{{automation:EXECUTION_ID}}","date":"{{ Date }}"}', variables)).toBe(
    '{"id":"e-1","date":"2026-11-29"}',
  );
  expect(() => filledIn('{{ approve.Output }}', variables)).toThrow('does not know');
  expect(() => filledIn('{{ constructor }}', variables)).toThrow('does not know');
});
