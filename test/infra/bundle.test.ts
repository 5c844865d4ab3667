import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleHandlers } from '../../infra/bundle.ts';
import { bundleOf } from '../../infra/constructs/workflow-function.ts';

const directory = mkdtempSync(join(tmpdir(), 'storeworks-bundle-test-'));
beforeAll(() => bundleHandlers(directory, { isForLambda: false }));
afterAll(() => rmSync(directory, { recursive: true }));

const handlers = globSync('**/*.handler.ts', { cwd: 'functions' });
const bytes = (handler: string) => statSync(join(directory, bundleOf(handler), 'index.mjs')).size;

test('every handler has a bundle below 3 MB', () => {
  expect(handlers).not.toHaveLength(0);
  expect(handlers.filter((handler) => bytes(handler) > 3_000_000)).toEqual([]);
});

test('a function of the API compiles code that it imports on demand only then', () => {
  const placement = join(directory, bundleOf('order-intake/placement.handler.ts'));
  const containsSqs = (file: string) => readFileSync(file, 'utf8').includes('AmazonSQS');
  expect(containsSqs(join(placement, 'index.mjs'))).toBe(false);
  const chunks = readdirSync(join(placement, 'chunks')).map((name) => join(placement, 'chunks', name));
  expect(chunks.some(containsSqs)).toBe(true);
});

test("only the functions that read the lake or reports have DuckDB, for this machine's processor", () => {
  const withDuckdb = handlers.filter((handler) => existsSync(join(directory, bundleOf(handler), 'node_modules')));
  expect(withDuckdb).toEqual([
    'promotion-scheduling/run-analysis.handler.ts',
    'nightly-metrics/figures.handler.ts',
    'nightly-metrics/reports/report-run.handler.ts',
    'insights/queries.handler.ts',
    'insights/computation/insights-run.handler.ts',
  ]);
  const packages = join(directory, 'nightly-metrics/reports/report-run/node_modules/@duckdb');
  const names = readdirSync(packages).filter((name) => name.startsWith('node-bindings-'));
  expect(names).toHaveLength(1);
  expect(names[0]).toMatch(`node-bindings-${process.platform}-${process.arch}`);
  expect(existsSync(join(packages, names[0] ?? '', 'duckdb.node'))).toBe(true);
});

test('the API has its OpenAPI and AsyncAPI documents and the files of the documentation page', () => {
  const files = globSync('*', { cwd: join(directory, 'api-root/api') }).toSorted();
  expect(files).toEqual([
    'asyncapi.json',
    'chunks',
    'index.mjs',
    'openapi.json',
    'swagger-ui-bundle.js',
    'swagger-ui.css',
  ]);
});
