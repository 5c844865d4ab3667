import { maxRowLength } from './limits.ts';

export type Encoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | 'Windows-1252';
/** Text of complete lines, or why the file is no text, known from its first bytes. Characters that cannot be read are U+FFFD. */
export type Decoded = { text: string; encoding: Encoding } | { unreadable: string };
type Decode = (bytes: Buffer, isEnd: boolean) => Decoded;

const saveAs = 'save it as "CSV UTF-8"';
/** First bytes of files that are no text, and what they are. */
const signatures: [hex: string, content: string][] = [
  ['504b0304', 'an Excel workbook (.xlsx) or a ZIP archive'],
  ['504b0506', 'a ZIP archive'],
  ['d0cf11e0', 'an Excel workbook (.xls)'],
  ['25504446', 'a PDF document'],
  ['1f8b', 'compressed by gzip'],
  ['28b52ffd', 'compressed by zstd'],
  ['425a68', 'compressed by bzip2'],
  ['50415231', 'a Parquet file'],
  ['7b5c727466', 'a Word document (.rtf)'],
  ['89504e47', 'an image'],
  ['ffd8ff', 'an image'],
  ['0000feff', 'encoded in UTF-32'],
  ['fffe0000', 'encoded in UTF-32'],
];
/** Bytes of the longest signature. */
const headBytes = 8;

/**
 * Decodes a file, whose encoding is detected: a byte order mark, else UTF-8, else Windows-1252 (Western European).
 * Memory is bounded: a line may be cut after four times the length of a row.
 */
export async function* decodeFile(body: AsyncIterable<Uint8Array | string>): AsyncGenerator<Decoded> {
  let head = Buffer.alloc(0);
  let decode: Decode | undefined;
  for await (const chunk of body) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk);
    if (decode) yield decode(bytes, false);
    else {
      head = Buffer.concat([head, bytes]);
      if (head.length < headBytes) continue;
      decode = decoderFor(head);
      yield decode(head, false);
    }
  }
  yield (decode ?? decoderFor(head))(decode ? Buffer.alloc(0) : head, true);
}

function decoderFor(head: Buffer): Decode {
  const signature = signatures.find(([hex]) => head.toString('hex').startsWith(hex));
  if (signature) return refuse(`The file is ${signature[1]} and no CSV; ${saveAs}`);
  const mark = head.toString('hex', 0, 2);
  if (mark === 'fffe') return utf16('UTF-16LE');
  if (mark === 'feff') return utf16('UTF-16BE');
  return byLine();
}

const refuse =
  (unreadable: string): Decode =>
  () => ({ unreadable });

function utf16(encoding: 'UTF-16LE' | 'UTF-16BE'): Decode {
  const decoder = new TextDecoder(encoding);
  return (bytes, isEnd) => ({ text: decoder.decode(bytes, { stream: !isEnd }), encoding });
}

/** Decodes lines of UTF-8 or Windows-1252. The first line with other characters than ASCII decides for the file. */
function byLine(): Decode {
  let encoding: 'UTF-8' | 'Windows-1252' | undefined;
  let rest = Buffer.alloc(0);
  let isStart = true;

  function lineOf(bytes: Buffer): string {
    const text = utf8(bytes);
    if (text !== undefined) {
      if (text.length === bytes.length) return text;
      if (encoding === 'Windows-1252') return text.replaceAll(/[^\0-\x7f]/gu, '\uFFFD');
      encoding = 'UTF-8';
      return text;
    }
    const western = encoding === 'UTF-8' ? undefined : windows1252(bytes);
    if (western === undefined) return bytes.toString('utf8');
    encoding = 'Windows-1252';
    return western;
  }

  function textOf(bytes: Buffer): string {
    const text = encoding === 'Windows-1252' ? undefined : utf8(bytes);
    if (text === undefined) return linesOf(bytes).map(lineOf).join('');
    if (text.length < bytes.length) encoding = 'UTF-8';
    return text;
  }

  return (bytes, isEnd) => {
    const all = Buffer.concat([rest, bytes]);
    const end = isEnd ? all.length : cutOf(all);
    rest = all.subarray(end);
    const text = textOf(all.subarray(0, end));
    const isMarked = isStart && text.startsWith('\uFEFF');
    isStart &&= text === '';
    return { text: isMarked ? text.slice(1) : text, encoding: encoding ?? 'UTF-8' };
  };
}

/** The end of the last complete line; of the last complete character if a line is too long. */
function cutOf(bytes: Buffer): number {
  const lines = Math.max(bytes.lastIndexOf(0x0a), bytes.lastIndexOf(0x0d)) + 1;
  if (lines > 0 || bytes.length < 4 * maxRowLength) return lines;
  let last = bytes.length - 1;
  while (last > bytes.length - 4 && ((bytes[last] ?? 0) & 0xc0) === 0x80) last -= 1;
  return last;
}

/** Lines with their ends. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.subarray(start).findIndex((byte) => byte === 0x0a || byte === 0x0d);
    const next = end === -1 ? bytes.length : start + end + 1;
    lines.push(bytes.subarray(start, next));
    start = next;
  }
  return lines;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function utf8(bytes: Buffer): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** A sequence of UTF-8 in bytes read as Latin-1. Western text does not have it: it is damaged UTF-8. */
const utf8Sequence = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/;
/** What people type in Western European languages. Text in another encoding soon has other characters. */
const westernText = /^[\0-\x7fÀ-ÖØ-öø-ÿŒœŠšŽž€£¥§©®°´·«»¿¡ªº¼½¾±²³µ™‘’‚“”„–—…•\u00a0]*$/;
/** Low quotes open a quotation. After a letter they are `é` and `ä` of code page 437. */
const lowQuoteInWord = /\p{L}[‚„]/u;
const westernDecoder = new TextDecoder('windows-1252');

function windows1252(bytes: Buffer): string | undefined {
  if (utf8Sequence.test(bytes.toString('latin1'))) return undefined;
  const text = westernDecoder.decode(bytes);
  return westernText.test(text) && !lowQuoteInWord.test(text) ? text : undefined;
}
