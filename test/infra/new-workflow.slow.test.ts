import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { violationsIn } from '../support/architecture.ts';

const root = join(import.meta.dirname, '../..');
const fixture = join(import.meta.dirname, 'fixtures/loyalty-points');
const copy = mkdtempSync(join(tmpdir(), 'storeworks-new-workflow-'));
afterAll(() => rmSync(copy, { recursive: true }));

// A compilation and a synthesis, which take minutes on a busy machine.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 });
const run = promisify(execFile);
const bin = (name: string) => join(root, 'node_modules/.bin', name);
const at = (path: string) => join(copy, path);

/** Replaces a text that the file has; throws otherwise. */
function edit(path: string, from: string | RegExp, to: string): void {
  const before = readFileSync(at(path), 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${path} has no ${String(from)}`);
  writeFileSync(at(path), after);
}

const catalogLine = "  (await import('./workflows/catalog.ts')).CatalogStack,\n";
const loyaltyLine = "  (await import('./workflows/loyalty-points.ts')).LoyaltyPointsStack,\n";

beforeAll(() => {
  for (const name of ['functions', 'shared', 'infra', 'test']) cpSync(join(root, name), at(name), { recursive: true });
  for (const name of globSync('*.{json,ts,md}', { cwd: root })) cpSync(join(root, name), at(name));
  symlinkSync(join(root, 'node_modules'), at('node_modules'));
  // The fixture's sources have another ending, so that the checks of this repository leave them out.
  for (const file of globSync('**/*.{txt,md}', { cwd: fixture })) {
    const target = at(file.replace(/\.txt$/, ''));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(fixture, file), target);
  }
  edit('infra/app.ts', catalogLine, catalogLine + loyaltyLine);
  edit(
    'README.md',
    /^(\| \[catalog\].*)$/m,
    '$1\n| [loyalty-points](functions/loyalty-points) | `POST /loyalty/grants` | points | `PointsGranted` |',
  );
});

describe('a new workflow: its own files, one line in infra/app.ts and one row in README.md', () => {
  test('compiles', async () => {
    // The rest of the repository was compiled before; of its tests, only that of the workflow is compiled again.
    const include = ['infra/app.ts', ...['functions', 'test'].map((folder) => `${folder}/loyalty-points`)];
    writeFileSync(at('tsconfig.new.json'), JSON.stringify({ extends: './tsconfig.json', include }));
    const compile = run(bin('tsc'), ['--noEmit', '-p', 'tsconfig.new.json'], { cwd: copy });
    const { stdout } = await compile.catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });

  test('follows the architecture rules', () => {
    expect(Object.values(violationsIn(copy)).flat()).toEqual([]);
  });

  test('has its routes, its relayed events and its description in the API', async () => {
    const out = at('cdk.out/new-workflow');
    await run(process.execPath, ['infra/app.ts'], { cwd: copy, env: { ...process.env, CDK_OUTDIR: out } });
    const template = (stack: string) => readFileSync(join(out, `${stack}.template.json`), 'utf8');
    expect(template('LoyaltyPoints')).toContain('"RouteKey": "POST /loyalty/grants"');
    expect(template('Data')).toContain('"LoyaltyTable"');
    expect(template('EventRelay')).toContain('Storeworks-Data-LoyaltyTableStreamArn');
    expect(template('EventJournal')).toContain('"prefix": "storeworks."');
    expect(template('ApiRoot')).toContain('Storeworks-Data-LoyaltyTableName');
    const [document = ''] = globSync('asset.*/openapi.json', { cwd: out });
    const { paths } = JSON.parse(readFileSync(join(out, document), 'utf8')) as { paths: object };
    expect(paths).toHaveProperty(
      ['/loyalty/grants', 'post', 'security'],
      [{ oauth2: ['storeworks/promotions.write'] }],
    );
  });

  test('is refused without its row in README.md', () => {
    edit('README.md', /^\| \[loyalty-points\].*\n/m, '');
    expect(Object.values(violationsIn(copy)).flat()).toEqual(['loyalty-points lacks a row in README.md']);
  });
});
