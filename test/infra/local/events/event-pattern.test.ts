import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPattern, matches } from '../../../../infra/local/events/event-pattern.ts';

type Row = [meaning: string, pattern: Record<string, unknown>, event: unknown, expected: boolean];

const ec2 = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2017-12-22T18:43:48Z',
  region: 'us-west-1',
  resources: ['arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0'],
  detail: { 'instance-id': 'i-1234567890abcdef0', state: 'terminated' },
};

const detail = (pattern: unknown) => ({ detail: { field: pattern } });
const value = (field: unknown) => ({ detail: { field } });

describe('an event pattern', () => {
  test.each<Row>([
    ['the example of the user guide', { source: ['aws.ec2'], detail: { state: ['terminated'] } }, ec2, true],
    ['one of several values', { source: ['aws.s3', 'aws.ec2'] }, ec2, true],
    ['none of several values', { source: ['aws.s3', 'aws.sqs'] }, ec2, false],
    ['a missing field', { detail: { 'c-count': ['1'] } }, ec2, false],
    ['several fields', { source: ['aws.ec2'], region: ['eu-west-1'] }, ec2, false],
    ['an element of an array', { resources: [{ prefix: 'arn:aws:ec2' }] }, ec2, true],
    ['a time by prefix', { time: [{ prefix: '2017-12-22' }] }, ec2, true],
    ['case-sensitively', { source: ['AWS.EC2'] }, ec2, false],
    ['a field that every object inherits', { constructor: [{ exists: true }] }, ec2, false],
  ])('supports %s', (_, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test.each<Row>([
    ['the same text', detail(['a']), value('a'), true],
    ['the empty text', detail(['']), value(''), true],
    ['the empty text but not null', detail(['']), value(null), false],
    ['null', detail([null]), value(null), true],
    ['null but not a missing field', detail([null]), { detail: {} }, false],
    ['null but not its name', detail([null]), value('null'), false],
    ['true', detail([true]), value(true), true],
    ['true but not its name', detail([true]), value('true'), false],
    ['false', detail([false]), value(false), true],
    ['a number', detail([300]), value(300), true],
    ['a number by value', detail([300]), value(3.0e2), true],
    ['a number but not its text', detail([300]), value('300'), false],
    ['text but not its number', detail(['300']), value(300), false],
    ['a number beyond the comparable range', detail([6e9]), value(6e9), true],
    ['another number beyond the comparable range', detail([6e9]), value(6e9 + 1), false],
    ['an object never', detail(['a']), value({ a: 'a' }), false],
  ])('compares %s', (_, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test.each<Row>([
    ['matching prefix', detail([{ prefix: 'us-' }]), value('us-east-1'), true],
    ['other prefix', detail([{ prefix: 'us-' }]), value('eu-west-1'), false],
    ['case-sensitive prefix', detail([{ prefix: 'US-' }]), value('us-east-1'), false],
    ['prefix is only for text', detail([{ prefix: '1' }]), value(12), false],
    ['empty prefix of any text', detail([{ prefix: '' }]), value(''), true],
    ['prefix without case', detail([{ prefix: { 'equals-ignore-case': 'EventB' } }]), value('eventbridge'), true],
    ['other prefix without case', detail([{ prefix: { 'equals-ignore-case': 'EventB' } }]), value('event'), false],
    ['matching suffix', detail([{ suffix: '.png' }]), value('a.png'), true],
    ['other suffix', detail([{ suffix: '.png' }]), value('a.png.txt'), false],
    ['suffix without case', detail([{ suffix: { 'equals-ignore-case': 'tBridge' } }]), value('EVENTBRIDGE'), true],
    ['matching equals-ignore-case', detail([{ 'equals-ignore-case': 'alice' }]), value('ALICE'), true],
    ['other equals-ignore-case', detail([{ 'equals-ignore-case': 'alice' }]), value('alices'), false],
  ])('%s', (_, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test.each<Row>([
    ['another text', detail([{ 'anything-but': 'initializing' }]), value('running'), true],
    ['not the text', detail([{ 'anything-but': 'initializing' }]), value('initializing'), false],
    ['not a missing field', detail([{ 'anything-but': 'initializing' }]), { detail: {} }, false],
    ['null', detail([{ 'anything-but': 'initializing' }]), value(null), true],
    ['another number', detail([{ 'anything-but': 123 }]), value(124), true],
    ['not the number', detail([{ 'anything-but': 123 }]), value(123), false],
    ['the text of the number', detail([{ 'anything-but': 123 }]), value('123'), true],
    ['not a text of the list', detail([{ 'anything-but': ['stopped', 'overloaded'] }]), value('overloaded'), false],
    ['a text not in the list', detail([{ 'anything-but': ['stopped', 'overloaded'] }]), value('running'), true],
    ['not a number of the list', detail([{ 'anything-but': [100, 200, 300] }]), value(200), false],
    ['a number not in the list', detail([{ 'anything-but': [100, 200, 300] }]), value(201), true],
    ['not the prefix', detail([{ 'anything-but': { prefix: 'init' } }]), value('initializing'), false],
    ['another prefix', detail([{ 'anything-but': { prefix: 'init' } }]), value('running'), true],
    ['a number for a prefix', detail([{ 'anything-but': { prefix: 'init' } }]), value(1), true],
    ['not a prefix of the list', detail([{ 'anything-but': { prefix: ['init', 'error'] } }]), value('errors'), false],
    ['not the suffix', detail([{ 'anything-but': { suffix: '.png' } }]), value('a.png'), false],
    ['not a suffix of the list', detail([{ 'anything-but': { suffix: ['.png', '.jpg'] } }]), value('a.jpg'), false],
    ['a suffix not in the list', detail([{ 'anything-but': { suffix: ['.png', '.jpg'] } }]), value('a.txt'), true],
    ['not in any case', detail([{ 'anything-but': { 'equals-ignore-case': 'Init' } }]), value('INIT'), false],
    ['not one in any case', detail([{ 'anything-but': { 'equals-ignore-case': ['a', 'b'] } }]), value('B'), false],
    ['none in any case', detail([{ 'anything-but': { 'equals-ignore-case': ['a', 'b'] } }]), value('c'), true],
    ['not the wildcard', detail([{ 'anything-but': { wildcard: '*/lib/*' } }]), value('/usr/lib/x'), false],
    ['outside the wildcard', detail([{ 'anything-but': { wildcard: '*/lib/*' } }]), value('/usr/bin/x'), true],
    ['outside all wildcards', detail([{ 'anything-but': { wildcard: ['a*', '*b'] } }]), value('ca'), true],
    ['not one of the wildcards', detail([{ 'anything-but': { wildcard: ['a*', '*b'] } }]), value('cb'), false],
  ])('anything-but supports %s', (_, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test.each<Row>([
    ['=', detail([{ numeric: ['=', 301.8] }]), value(3.018e2), true],
    ['= of another', detail([{ numeric: ['=', 301.8] }]), value(301.81), false],
    ['<', detail([{ numeric: ['<', 10] }]), value(9.999999), true],
    ['< at the bound', detail([{ numeric: ['<', 10] }]), value(10), false],
    ['<= at the bound', detail([{ numeric: ['<=', 10] }]), value(10), true],
    ['>', detail([{ numeric: ['>', -1] }]), value(0), true],
    ['> at the bound', detail([{ numeric: ['>', -1] }]), value(-1), false],
    ['>= at the bound', detail([{ numeric: ['>=', -1] }]), value(-1), true],
    ['a range below', detail([{ numeric: ['>', 0, '<=', 5] }]), value(0), false],
    ['a range inside', detail([{ numeric: ['>', 0, '<=', 5] }]), value(5), true],
    ['a range above', detail([{ numeric: ['>', 0, '<=', 5] }]), value(5.000001), false],
    ['differences beyond six decimals', detail([{ numeric: ['=', 1] }]), value(1.0000001), true],
    ['text', detail([{ numeric: ['=', 1] }]), value('1'), false],
    ['a value beyond the range', detail([{ numeric: ['>', 0] }]), value(5.1e9), false],
    ['the end of the range', detail([{ numeric: ['>', 0] }]), value(5e9), true],
  ])('compares numbers with %s', (_, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test.each<Row>([
    ['inside', detail([{ cidr: '10.0.0.0/24' }]), value('10.0.0.255'), true],
    ['outside', detail([{ cidr: '10.0.0.0/24' }]), value('10.0.1.0'), false],
    ['not an address', detail([{ cidr: '10.0.0.0/24' }]), value('10.0.0'), false],
    ['one address', detail([{ cidr: '10.0.0.1/32' }]), value('10.0.0.1'), true],
    ['every address', detail([{ cidr: '0.0.0.0/0' }]), value('203.0.113.9'), true],
    ['inside of version 6', detail([{ cidr: '2001:db8::/32' }]), value('2001:db8:1::1'), true],
    ['outside of version 6', detail([{ cidr: '2001:db8::/32' }]), value('2001:db9::1'), false],
    ['another version', detail([{ cidr: '::/0' }]), value('10.0.0.1'), false],
  ])('matches addresses by cidr: %s', (_, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test.each<Row>([
    ['any characters', detail([{ wildcard: 'dir/*.png' }]), value('dir/a/b.png'), true],
    ['no character', detail([{ wildcard: 'a*b' }]), value('ab'), true],
    ['nothing twice', detail([{ wildcard: 'ab*ba' }]), value('aba'), false],
    ['several pieces', detail([{ wildcard: '*/lib/*/x*' }]), value('/usr/lib/y/xyz'), true],
    ['pieces in order', detail([{ wildcard: '*b*a*' }]), value('ab'), false],
    ['whole text only', detail([{ wildcard: 'b' }]), value('abc'), false],
    ['an escaped star', detail([{ wildcard: 'a\\*b' }]), value('a*b'), true],
    ['an escaped star for itself only', detail([{ wildcard: 'a\\*b' }]), value('axb'), false],
    ['an escaped backslash', detail([{ wildcard: 'a\\\\*' }]), value('a\\xyz'), true],
    ['text with special characters of regular expressions', detail([{ wildcard: 'a.c*' }]), value('abc'), false],
    ['anything', detail([{ wildcard: '*' }]), value(''), true],
  ])('a wildcard matches %s', (_, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test.each<Row>([
    ['a leaf', detail([{ exists: true }]), value(0), true],
    ['null', detail([{ exists: true }]), value(null), true],
    ['a missing field', detail([{ exists: true }]), { detail: {} }, false],
    ['an object', detail([{ exists: true }]), value({ c1: 100 }), false],
    ['an array of leaves', detail([{ exists: true }]), value([1]), true],
    ['an empty array', detail([{ exists: true }]), value([]), false],
    ['(false) a leaf', detail([{ exists: false }]), value('x'), false],
    ['(false) a missing field', detail([{ exists: false }]), { detail: {} }, true],
    ['(false) a missing parent', detail([{ exists: false }]), { source: 'x' }, true],
    ['(false) an object', detail([{ exists: false }]), value({ c1: 100 }), true],
    ['(false) or a value', detail([{ exists: false }, 'x']), value('x'), true],
  ])('exists %s', (_, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  const staff = {
    employees: [
      { firstName: 'Anna', lastName: 'Jones', ids: [1, 2] },
      { firstName: 'Peter', lastName: 'Smith', ids: [3, [4]], left: true },
    ],
  };
  test.each<Row>([
    ['any element', { employees: { firstName: ['Peter'] } }, staff, true],
    ['fields of one element', { employees: { firstName: ['Anna'], lastName: ['Jones'] } }, staff, true],
    ['never across elements', { employees: { firstName: ['Anna'], lastName: ['Smith'] } }, staff, false],
    ['arrays in elements', { employees: { firstName: ['Peter'], ids: [{ numeric: ['>=', 4] }] } }, staff, true],
    ['arrays of another element', { employees: { firstName: ['Anna'], ids: [3] } }, staff, false],
    ['a field that one element has', { employees: { left: [{ exists: true }] } }, staff, true],
    ['a field that not all elements lack', { employees: { left: [{ exists: false }] } }, staff, false],
    ['a field that all elements lack', { employees: { age: [{ exists: false }] } }, staff, true],
    ['any value but one', detail([{ 'anything-but': 'a' }]), value(['a', 'b']), true],
    ['only the value', detail([{ 'anything-but': 'a' }]), value(['a', 'a']), false],
    ['an intersection', detail(['c', 'b']), value(['a', 'b']), true],
    ['no intersection', detail(['c', 'd']), value(['a', 'b']), false],
  ])('matches in arrays %s', (_, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  const or = { source: ['s'], $or: [{ a: [1] }, { b: [2], c: [3] }, { d: { $or: [{ e: [4] }, { f: [5] }] } }] };
  test.each<Row>([
    ['its first branch', or, { source: 's', a: 1 }, true],
    ['both fields of a branch', or, { source: 's', b: 2, c: 3 }, true],
    ['not a part of a branch', or, { source: 's', b: 2 }, false],
    ['a branch in a branch', or, { source: 's', d: { f: 5 } }, true],
    ['not without the field beside it', or, { source: 't', a: 1 }, false],
    ['no branch', or, { source: 's' }, false],
    [
      'parallel branches',
      { $or: [{ a: [1] }, { b: [1] }], detail: { $or: [{ c: [1] }, { d: [1] }] } },
      { b: 1, detail: { c: 1 } },
      true,
    ],
    ['a branch with an absent field', { $or: [{ a: [{ exists: false }] }, { b: [1] }] }, { b: 2 }, true],
    [
      'fields of one element only',
      { $or: [{ a: { b: [1] } }, { x: [1] }], a: { c: [2] } },
      { a: [{ b: 1 }, { c: 2 }] },
      false,
    ],
    ['a field of that name', { $or: { a: [1] } }, { $or: { a: 1 } }, true],
    ['a field of that name with operators', { $or: [{ prefix: 'a' }, { prefix: 'b' }] }, { $or: 'bc' }, true],
  ])('$or supports %s', (_, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test.each<[string, unknown, RegExp]>([
    ['text', 'x', /not an object/],
    ['no field', {}, /Empty objects are not allowed/],
    ['a bare value', { source: 'x' }, /"source" must be an object or an array at source/],
    ['an empty list', detail([]), /Empty arrays are not allowed at detail.field/],
    ['an empty object inside', { detail: {} }, /Empty objects are not allowed at detail/],
    ['a list in a list', detail([['a']]), /Match value must be .* at detail.field/],
    ['an unknown operator', detail([{ contains: 'a' }]), /Unrecognized match type contains at detail.field/],
    ['an operator without a name', detail([{}]), /Empty objects/],
    ['two operators in one', detail([{ prefix: 'a', suffix: 'b' }]), /Only one key allowed/],
    ['prefix of a number', detail([{ prefix: 1 }]), /prefix match pattern must be a string/],
    ['prefix of another operator', detail([{ prefix: { wildcard: 'a' } }]), /Unsupported prefix pattern: wildcard/],
    ['exists of text', detail([{ exists: 'true' }]), /exists match must be true or false/],
    ['an address without bits', detail([{ cidr: '10.0.0.0' }]), /Malformed CIDR/],
    ['too many bits', detail([{ cidr: '10.0.0.0/33' }]), /Malformed CIDR/],
    ['an invalid address', detail([{ cidr: '10.0.0/8' }]), /Malformed CIDR/],
    ['consecutive wildcards', detail([{ wildcard: 'a**b' }]), /Consecutive wildcard characters at pos 1/],
    ['an unknown escape', detail([{ wildcard: 'a\\b' }]), /Invalid escape character at pos 1/],
    ['an escape at the end', detail([{ wildcard: 'a\\' }]), /Invalid escape character/],
    ['a mixed list', detail([{ 'anything-but': ['a', 1] }]), /mixed type is not supported/],
    ['anything-but with a boolean', detail([{ 'anything-but': true }]), /mixed type is not supported/],
    ['anything-but with an empty list', detail([{ 'anything-but': [] }]), /Empty arrays are not allowed/],
    ['anything-but with an empty prefix', detail([{ 'anything-but': { prefix: '' } }]), /Null prefix\/suffix/],
    ['anything-but with numeric', detail([{ 'anything-but': { numeric: ['=', 1] } }]), /Unsupported|must be a string/],
    ['numeric without a list', detail([{ numeric: '>1' }]), /must be an array/],
    ['numeric with an empty list', detail([{ numeric: [] }]), /Invalid member in numeric match/],
    ['numeric without a value', detail([{ numeric: ['>'] }]), /must be numeric/],
    ['numeric with text', detail([{ numeric: ['>', '1'] }]), /Value of > must be numeric/],
    ['an unknown comparison', detail([{ numeric: ['!=', 1] }]), /Unrecognized numeric range operator: !=/],
    ['an upper bound first', detail([{ numeric: ['<', 5, '>', 1] }]), /Too many elements/],
    ['an empty range', detail([{ numeric: ['>', 5, '<', 1] }]), /Bottom must be less than top/],
    ['two lower bounds', detail([{ numeric: ['>', 5, '>', 6] }]), /Bad numeric range operator: >/],
    ['a number beyond the range', detail([{ numeric: ['>', 5.1e9] }]), /between -5.0e9 and 5.0e9/],
    ['one branch of $or', { $or: [{ a: [1] }] }, /Unrecognized match type a/],
    ['an empty branch of $or', { $or: [{ a: [1] }, {}] }, /Empty objects/],
    [
      'more than 1000 combinations',
      Object.fromEntries(
        ['a', 'b', 'c', 'd'].map((key) => [key, { $or: '123456'.split('').map((x) => ({ [x]: [1] })) }]),
      ),
      /over 1000 combinations/,
    ],
  ])('is refused with %s', (_, pattern, message) => {
    expect(() => checkPattern(pattern)).toThrow(expect.objectContaining({ code: 'InvalidEventPatternException' }));
    expect(() => checkPattern(pattern)).toThrow(message);
  });

  test('matches with a wildcard like the equivalent regular expression', () => {
    const word = fc
      .string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 })
      .filter((text) => !text.includes('**'));
    fc.assert(
      fc.property(word, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 }), (pattern, text) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text);
        expect(matches(detail([{ wildcard: pattern }]), value(text))).toBe(expected);
      }),
    );
  });
});
