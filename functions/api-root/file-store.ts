import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const Document = z.looseObject({
  components: z.looseObject({
    securitySchemes: z.looseObject({
      oauth2: z.looseObject({
        flows: z.looseObject({ clientCredentials: z.looseObject({ tokenUrl: z.string() }) }),
      }),
    }),
  }),
});

/** The files that were put beside the function's bundle, each read once. */
export const createFiles = (directory: string) => {
  const texts = new Map<string, string>();
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
  };
};

export type Files = ReturnType<typeof createFiles>;
