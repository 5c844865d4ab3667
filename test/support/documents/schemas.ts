import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';

/** A value as a JSON pointer into the document names it. */
const pointerPart = (part: string | number) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/**
 * Validates values by the schemas inside a document (OpenAPI or AsyncAPI), which is no schema itself. ajv was not involved
 * in writing the document. Formats are not checked.
 */
export function schemasOf(document: object) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, 'document');
  return {
    /** What is wrong with a value by the schema at this path of the document; empty if nothing is. */
    faultsOf: (value: unknown, ...path: (string | number)[]): string[] => {
      const validate = ajv.getSchema(`document#${encodeURI(path.map(pointerPart).join(''))}`);
      if (!validate) throw new Error(`The document has no schema at ${path.join(' ')}`);
      return validate(value) === true ? [] : (validate.errors ?? []).map(textOf);
    },
  };
}

const textOf = ({ instancePath, message, params }: ErrorObject) =>
  `${instancePath || '/'} ${message} ${JSON.stringify(params)}`;
