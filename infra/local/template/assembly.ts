import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { StartError } from '../start-error.ts';

const Manifest = z.object({
  artifacts: z
    .record(
      z.string(),
      z.object({
        type: z.string(),
        dependencies: z.array(z.string()).default([]),
        properties: z
          .object({
            stackName: z.string(),
            templateFile: z.string(),
            /** Of an asset manifest. */
            file: z.string(),
            /** Of a nested assembly (a CDK stage). */
            directoryName: z.string(),
          })
          .partial()
          .default({}),
      }),
    )
    .default({}),
});

const Properties = z.record(z.string(), z.unknown());

const StackTemplate = z.object({
  Resources: z
    .record(
      z.string(),
      z.object({
        Type: z.string(),
        Condition: z.string().optional(),
        Properties: Properties.default({}),
        Metadata: Properties.default({}),
      }),
    )
    .default({}),
  Parameters: z
    .record(
      z.string(),
      z.object({ Type: z.string(), Default: z.union([z.string(), z.number(), z.boolean()]).optional() }),
    )
    .default({}),
  Mappings: z.record(z.string(), z.record(z.string(), Properties)).default({}),
  Conditions: Properties.default({}),
  Outputs: z
    .record(
      z.string(),
      z.object({
        Value: z.unknown().optional(),
        Condition: z.string().optional(),
        Export: z.object({ Name: z.unknown() }).optional(),
      }),
    )
    .default({}),
  Transform: z.unknown().optional(),
});

const AssetManifest = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional(), packaging: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

/** One CloudFormation template of the assembly. */
export type RawStack = { name: string; template: z.infer<typeof StackTemplate> };

/** File assets by object key. */
export type Assets = Map<string, { path: string; packaging: string }>;

/**
 * Reads a cloud assembly (`cdk.out`) including its stages: the stacks in dependency order, and the file assets. Throws
 * StartError if it is missing, unreadable, or has two stacks of the same name.
 */
export function readAssembly(directory: string): { stacks: RawStack[]; assets: Assets } {
  const stacks: RawStack[] = [];
  const assets: Assets = new Map();
  visit(resolve(directory), stacks, assets);
  const names = stacks.map(({ name }) => name);
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate) throw new StartError(`${directory} has two stacks named ${duplicate}; start one stage at a time.`);
  if (stacks.length === 0) throw new StartError(`${directory} has no stack.`, 'no-assembly');
  return { stacks, assets };
}

function visit(directory: string, stacks: RawStack[], assets: Assets): void {
  const { artifacts } = read(join(directory, 'manifest.json'), Manifest);
  const seen = new Set<string>();
  const add = (id: string) => {
    const artifact = artifacts[id];
    if (!artifact || seen.has(id)) return;
    seen.add(id);
    artifact.dependencies.forEach(add);
    const { stackName, templateFile, file, directoryName } = artifact.properties;
    if (artifact.type === 'cdk:asset-manifest' && file) addAssets(directory, file, assets);
    if (artifact.type === 'cdk:cloud-assembly' && directoryName) visit(join(directory, directoryName), stacks, assets);
    if (artifact.type === 'aws:cloudformation:stack' && templateFile) {
      stacks.push({ name: stackName ?? id, template: read(join(directory, templateFile), StackTemplate) });
    }
  };
  Object.keys(artifacts).forEach(add);
}

function addAssets(directory: string, file: string, assets: Assets): void {
  for (const { source, destinations } of Object.values(read(join(directory, file), AssetManifest).files)) {
    for (const { objectKey } of Object.values(destinations)) {
      if (!source.path) continue;
      assets.set(objectKey, { path: join(directory, source.path), packaging: source.packaging ?? 'file' });
    }
  }
}

function read<S extends z.ZodType>(file: string, schema: S): z.infer<S> {
  if (!existsSync(file)) throw new StartError(`${file} does not exist.`, 'no-assembly');
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new StartError(`${file} cannot be read as JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success)
    throw new StartError(`${file} is not a file of a cloud assembly: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
