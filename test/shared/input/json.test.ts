import { describe, expect, test } from 'vitest';
import { MalformedTextError, readJson } from '../../../shared/input/json.ts';

const pointersOf = (text: string) => {
  try {
    readJson(text);
    return [];
  } catch (error) {
    if (!(error instanceof MalformedTextError)) throw error;
    return error.errors.map(({ pointer }) => pointer);
  }
};

describe('text that is not well-formed is refused at its pointer', () => {
  test.each<[string, string, string[]]>([
    ['half a surrogate pair', String.raw`{"note":"\ud83d"}`, ['/note']],
    ['the second half alone', String.raw`{"note":"a\uDE00b"}`, ['/note']],
    ['the halves in the wrong order', String.raw`{"note":"\ude00\ud83d"}`, ['/note']],
    ['in a list', String.raw`{"lines":[{"sku":"A"},{"sku":"\ud83d"}]}`, ['/lines/1/sku']],
    ['in a name', String.raw`{"a":{"\ud83d":1}}`, ['/a/�']],
    ['as the whole value', String.raw`"\ud83d"`, ['']],
    ['a NUL', String.raw`{"name":"Ada\u0000"}`, ['/name']],
    ['a form feed', String.raw`{"name":"Ada\f"}`, ['/name']],
    ['an escape', String.raw`{"a/b":"\u001B[31m"}`, ['/a~1b']],
    ['the name __proto__', '{"limits":{"__proto__":1,"a":2}}', ['/limits/__proto__']],
    ['the name __proto__ as an escape', String.raw`[{"\u005f_proto__":{}}]`, ['/0/__proto__']],
    ['a raw half', '{"note":"\ud83d"}', ['/note']],
  ])('%s', (_case, text, pointers) => expect(pointersOf(text)).toEqual(pointers));
});

test.each([
  String.raw`{"note":"\ud83d\ude00"}`,
  String.raw`{"note":"\\ud83d"}`,
  String.raw`{"note":"tab\t line\n end\r"}`,
  '{"note":"😀 ü 漢"}',
  '{"a":"__proto__","constructor":2,"toString":[]}',
])('well-formed text is kept: %s', (text) => expect(readJson(text)).toEqual(JSON.parse(text)));

test('JSON nested a hundred thousand deep is read', () => {
  const depth = 100_000;
  expect(pointersOf(`${'['.repeat(depth)}"\\ud83d"${']'.repeat(depth)}`)).toHaveLength(1);
});
