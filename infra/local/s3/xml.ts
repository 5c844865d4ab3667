import { XMLParser } from 'fast-xml-parser';
import * as z from 'zod';
import { type AwsResponse, AwsError } from '../gateway/aws-call.ts';

type Content = string | number | boolean | undefined | readonly Element[];
/** Name and content; an element without content is omitted. */
export type Element = readonly [name: string, content: Content];

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

export const xmlResponse = (root: string, content: string | readonly Element[]): AwsResponse => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${rendered(content)}</${root}>`,
});

export const errorResponse = ({ code, message, status }: AwsError, resource: string): AwsResponse => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${rendered([
    ['Code', code],
    ['Message', message],
    ['Resource', resource],
    ['RequestId', 'LOCAL'],
  ])}</Error>`,
});

const rendered = (content: NonNullable<Content>): string =>
  typeof content === 'object'
    ? content.map(([name, inner]) => (inner === undefined ? '' : `<${name}>${rendered(inner)}</${name}>`)).join('')
    : escaped(String(content));

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
const escaped = (text: string): string =>
  text
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
    // S3 writes control characters as character references.
    .replaceAll(/\p{Cc}/gu, (character) => (/[\t\n]/.test(character) ? character : `&#x${hexOf(character)};`));
const hexOf = (character: string) => character.charCodeAt(0).toString(16);

const malformed = () =>
  new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => name === 'Object' || name === 'Part',
});

function readXml<S extends z.ZodType>(schema: S, body: Buffer): z.infer<S> {
  let document: unknown;
  try {
    document = parser.parse(body.toString(), true);
  } catch {
    throw malformed();
  }
  const parsed = schema.safeParse(document);
  if (!parsed.success) throw malformed();
  return parsed.data;
}

// Limits: DeleteObjects and CompleteMultipartUpload, S3 API reference.
const DeleteRequest = z.object({
  Delete: z.object({
    Quiet: z.string().optional(),
    Object: z
      .array(z.object({ Key: z.string().min(1), VersionId: z.unknown().optional() }))
      .min(1)
      .max(1000),
  }),
});
const CompleteRequest = z.object({
  CompleteMultipartUpload: z.object({
    Part: z.array(z.object({ PartNumber: z.coerce.number().int(), ETag: z.string().min(1) })).min(1),
  }),
});

/** Keys of a DeleteObjects request. Throws AwsError `MalformedXML`, or `NotImplemented` for versions. */
export function deletedKeys(body: Buffer): { keys: string[]; isQuiet: boolean } {
  const { Object: objects, Quiet: quiet } = readXml(DeleteRequest, body).Delete;
  if (objects.some(({ VersionId }) => VersionId !== undefined)) {
    throw new AwsError('NotImplemented', 'The local engine does not support deleting versions.', 501);
  }
  return { keys: objects.map(({ Key }) => Key), isQuiet: quiet === 'true' };
}

/** Parts of a CompleteMultipartUpload request, in its order. Throws AwsError `MalformedXML`. */
export const completedParts = (body: Buffer): { number: number; etag: string }[] =>
  readXml(CompleteRequest, body).CompleteMultipartUpload.Part.map(({ PartNumber, ETag }) => ({
    number: PartNumber,
    etag: ETag.replaceAll('"', ''),
  }));
