import { copyFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createAsyncApi } from './asyncapi.ts';
import { contractEvents, contractFiles } from './contract-events.ts';
import { contractRoutes } from './contract-routes.ts';
import { createOpenApi } from './openapi.ts';

/** Writes the files that `api-root` serves: the OpenAPI and AsyncAPI documents and the documentation page's files. */
export function writeApiRootFiles(directory: string): void {
  writeFileSync(join(directory, 'openapi.json'), JSON.stringify(createOpenApi(contractRoutes)));
  writeFileSync(join(directory, 'asyncapi.json'), JSON.stringify(createAsyncApi(contractEvents, contractFiles)));
  const page = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) copyFileSync(join(page, file), join(directory, file));
}
