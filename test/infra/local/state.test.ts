import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openState } from '../../../infra/local/state.ts';

const parent = mkdtempSync(join(tmpdir(), 'state-'));
const directory = join(parent, 'state');
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const modeOf = (...path: string[]) => statSync(join(directory, ...path)).mode & 0o777;

test.each<[string, () => void]>([
  ['a new directory', () => {}],
  ['an empty directory', () => mkdirSync(directory, { mode: 0o755 })],
  ['a directory of an earlier version', () => openState(directory).close()],
])('%s becomes readable by its user only', (_name, prepare) => {
  prepare();
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o755);
  openState(directory).close();
  expect(modeOf()).toBe(0o700);
});

test('the files of an earlier version become readable by their user only', () => {
  openState(directory).close();
  const names = ['credentials.json', 'dynamodb.sqlite'];
  for (const name of names) writeFileSync(join(directory, name), '{}', { mode: 0o644 });
  openState(directory).close();
  for (const name of names) expect([name, modeOf(name)]).toEqual([name, 0o600]);
});

test('a directory with other files keeps its mode', () => {
  mkdirSync(directory, { mode: 0o755 });
  writeFileSync(join(directory, 'notes.txt'), '', { mode: 0o644 });
  openState(directory).close();
  expect([modeOf(), modeOf('notes.txt')]).toEqual([0o755, 0o644]);
});
