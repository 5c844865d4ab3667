import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import type { Construct } from 'constructs';
import { testEventRegistry } from '../../data/console/test-event-registry.ts';
import type { Handler, WorkflowFunction } from '../workflow-function.ts';

const functions = join(import.meta.dirname, '../../../functions');

/**
 * Shareable test events of a function: the files `test-events/<handler>.<name>.json` beside the handler. The Lambda console
 * finds them by the name of the schema. Source: Lambda developer guide, "Shareable test events".
 */
export function addTestEvents(scope: Construct, id: string, invoked: WorkflowFunction, handler: Handler) {
  const name = basename(handler, '.handler.ts');
  const folder = join(functions, dirname(handler), 'test-events');
  const files = globSync(`${name}.*.json`, { cwd: folder }).toSorted();
  if (files.length === 0) return undefined;
  const examples = files.map((file): [string, { value: unknown }] => [
    file.slice(name.length + 1, -'.json'.length),
    { value: JSON.parse(readFileSync(join(folder, file), 'utf8')) },
  ]);
  return new CfnSchema(scope, id, {
    registryName: testEventRegistry,
    schemaName: `_${invoked.functionName}-schema`,
    type: 'OpenApi3',
    content: JSON.stringify({
      openapi: '3.0.0',
      info: { version: '1.0.0', title: 'Event' },
      paths: {},
      components: { schemas: { Event: { type: 'object' } }, examples: Object.fromEntries(examples) },
    }),
  });
}
