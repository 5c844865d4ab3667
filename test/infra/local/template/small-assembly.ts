import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { loadTemplate } from '../../../../infra/local/template/template.ts';

type StackTemplate = Record<string, unknown> & { Resources: Record<string, unknown> };

export const endpoints = {
  gatewayUrl: 'http://127.0.0.1:3101',
  apiUrl: 'http://127.0.0.1:3100',
  issuer: 'http://127.0.0.1:3102',
};

const written: string[] = [];
afterAll(() => written.forEach((directory) => rmSync(directory, { recursive: true })));

/** Writes a cloud assembly with these stacks and the asset `asset.zip`. Returns its directory. */
export function smallAssembly(
  stacks: Record<string, StackTemplate>,
  dependencies: Record<string, string[]> = {},
): string {
  const directory = mkdtempSync(join(tmpdir(), 'cdk-out-'));
  written.push(directory);
  const write = (name: string, content: unknown) => writeFileSync(join(directory, name), JSON.stringify(content));
  const artifacts = Object.keys(stacks).map((name) => [
    name,
    {
      type: 'aws:cloudformation:stack',
      properties: { templateFile: `${name}.template.json`, stackName: name },
      dependencies: ['Assets', ...(dependencies[name] ?? [])],
    },
  ]);
  const assets = { type: 'cdk:asset-manifest', properties: { file: 'Assets.assets.json' } };
  write('manifest.json', { artifacts: { ...Object.fromEntries(artifacts), Assets: assets } });
  write('Assets.assets.json', {
    files: {
      code: {
        source: { path: 'asset.code', packaging: 'zip' },
        destinations: { here: { bucketName: 'assets', objectKey: 'asset.zip' } },
      },
      template: {
        source: { path: 'manifest.json', packaging: 'file' },
        destinations: { here: { bucketName: 'assets', objectKey: 'file.json' } },
      },
    },
  });
  mkdirSync(join(directory, 'asset.code'));
  for (const [name, template] of Object.entries(stacks)) write(`${name}.template.json`, template);
  return directory;
}

/** Loads one stack, `Shop`, of these resources; `rest` are the template's other sections. */
export const loadShop = (resources: Record<string, unknown>, rest: Record<string, unknown> = {}) =>
  loadTemplate(smallAssembly({ Shop: { Resources: resources, ...rest } }), endpoints);
