import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.looseObject({
    securitySchemes: z.looseObject({
      oauth2: z.looseObject({
        flows: z.looseObject({ clientCredentials: z.looseObject({ tokenUrl: z.string() }) }),
      }),
    }),
  }),
});

/** The files beside the function's bundle. Each is read once. */
export const createFileStore = (directory: string) => {
  const texts = new Map<string, string>();
  let routes: { path: string; method: string }[] | undefined;
  const read = (name: string): string => {
    const text = texts.get(name) ?? readFileSync(join(directory, name), 'utf8');
    texts.set(name, text);
    return text;
  };
  return {
    read,
    /** The OpenAPI document with this deployment's token URL. */
    document(tokenUrl: string | undefined): object {
      const document = Document.parse(JSON.parse(read('openapi.json')));
      if (tokenUrl) document.components.securitySchemes.oauth2.flows.clientCredentials.tokenUrl = tokenUrl;
      return document;
    },
    /** Every route of the API, from the OpenAPI document. */
    routes: () =>
      (routes ??= Object.entries(Document.parse(JSON.parse(read('openapi.json'))).paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => ({ path, method: method.toUpperCase() })),
      )),
  };
};

export type FileStore = ReturnType<typeof createFileStore>;
