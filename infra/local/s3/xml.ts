import { type AwsAnswer, AwsError } from '../gateway/aws-call.ts';

type Content = string | number | boolean | undefined | readonly Element[];
/** Name and content; one without content is left out. */
export type Element = readonly [name: string, content: Content];

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

export const xmlAnswer = (root: string, content: string | readonly Element[]): AwsAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${rendered(content)}</${root}>`,
});

export const errorAnswer = ({ code, message, status }: AwsError, resource: string): AwsAnswer => ({
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
    // S3 writes control characters as references, which XML 1.0 parsers take for CR at least.
    .replaceAll(/\p{Cc}/gu, (character) => (/[\t\n]/.test(character) ? character : `&#x${hexOf(character)};`));
const hexOf = (character: string) => character.charCodeAt(0).toString(16);

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex: string, decimal: string, name: string) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    return Object.entries(entities).find(([, entity]) => entity === `&${name};`)?.[0] ?? whole;
  });
}

const malformed = () =>
  new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

const contents = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(([, inner = '']) => inner);
const textOf = (xml: string, name: string): string | undefined => {
  const inner = contents(xml, name)[0];
  return inner === undefined ? undefined : unescaped(inner);
};

/** Keys of a DeleteObjects request. Throws AwsError `MalformedXML`. */
export function deletedKeys(body: Buffer): { keys: string[]; isQuiet: boolean } {
  const xml = body.toString();
  const objects = contents(xml, 'Object');
  const keys = objects.map((object) => textOf(object, 'Key') ?? '');
  if (keys.length === 0 || keys.length > 1000 || keys.includes('')) throw malformed();
  if (objects.some((object) => textOf(object, 'VersionId') !== undefined)) {
    throw new AwsError('NotImplemented', 'Deleting versions is not available on the local engine.', 501);
  }
  return { keys, isQuiet: textOf(xml, 'Quiet') === 'true' };
}

/** Parts of a CompleteMultipartUpload request, in its order. Throws AwsError `MalformedXML`. */
export function completedParts(body: Buffer): { number: number; etag: string }[] {
  const parts = contents(body.toString(), 'Part').map((part) => ({
    number: Number(textOf(part, 'PartNumber')),
    etag: (textOf(part, 'ETag') ?? '').replaceAll('"', ''),
  }));
  if (parts.length === 0 || parts.some(({ number, etag }) => !Number.isInteger(number) || etag === ''))
    throw malformed();
  return parts;
}
