import * as z from 'zod';
import { maxEntries, StoredText } from './bounds.ts';
import { closest } from '../input/closest.ts';

/** RFC 9457 problem document. `type` is a stable name, relative to the API's `/problems/`. */
export const Problem = z
  .looseObject({
    type: StoredText.meta({
      description: 'Stable name of the kind of error, relative to `/problems/` of this API',
      example: 'out-of-stock',
    }),
    title: StoredText.meta({ description: 'Short text of the HTTP status', example: 'Conflict' }),
    status: z.int().meta({ description: 'HTTP status of the response', example: 409 }),
    detail: StoredText.optional().meta({
      description: 'What went wrong and what to do about it, for a person',
      example: 'Some lines have fewer available units than requested.',
    }),
    errors: z
      .array(
        z.object({
          pointer: StoredText.meta({
            description: 'JSON pointer (RFC 6901) of the field',
            example: '/lines/0/quantity',
          }),
          detail: StoredText.meta({
            description: 'What is wrong with the field',
            example: 'Too small: expected number to be >=1',
          }),
          reason: StoredText.optional().meta({
            description: 'Stable name of what is wrong, where there are several: why a coupon code does not apply',
            example: 'limit-reached',
          }),
        }),
      )
      .max(maxEntries)
      .optional()
      .describe('One entry per invalid field'),
  })
  .meta({ id: 'Problem' });

/** `reason`: a stable name of what is wrong, where a client may act on it. */
export type FieldError = { pointer: string; detail: string; reason?: string | undefined };

/** An HTTP response before it is serialised. Without `body`, the body is empty. */
export type HttpResponse = { status: number; headers?: Record<string, string>; body?: unknown; contentType?: string };

const titles: Record<number, string> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  412: 'Precondition failed',
  413: 'Content too large',
  415: 'Unsupported media type',
  422: 'Invalid content',
  428: 'Precondition required',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Service unavailable',
};

/** A problem document as a response; `extension` adds members such as `lines` or `errors`. */
export const problem = (
  status: number,
  type: string,
  detail: string,
  extension: Record<string, unknown> & { errors?: FieldError[] } = {},
  headers: Record<string, string> = {},
): HttpResponse => ({
  status,
  headers,
  contentType: 'application/problem+json',
  body: {
    type,
    title: titles[status] ?? 'Error',
    status,
    detail,
    ...extension,
    ...(extension.errors && { errors: extension.errors.slice(0, maxErrors).map(cutError) }),
  },
});

/** Limits of a problem document. A caller chooses the names of unknown fields, and with them the pointers. */
const maxErrors = 100;
const maxPointerLength = 200;
const maxDetailLength = 1000;

const cutError = ({ pointer, detail, reason }: FieldError): FieldError => ({
  pointer: cut(pointer, maxPointerLength),
  detail: cut(detail, maxDetailLength),
  ...(reason !== undefined && { reason }),
});

const cut = (text: string, maxLength: number) =>
  text.length > maxLength ? `${text.slice(0, maxLength).toWellFormed()}…` : text;

/** The response to a body, or to one order of it, with invalid fields; it has their number and names the first ones. */
export function invalidContent(
  all: readonly FieldError[],
  { of = 'body', named = maxErrors }: { of?: 'body' | 'order'; named?: number } = {},
): HttpResponse {
  const first = all.length > named ? ` The errors name the first ${named}.` : '';
  const detail = `The ${of} has ${all.length} invalid field(s).${first}`;
  return problem(422, 'invalid-content', detail, { errors: all.slice(0, named) });
}

/** JSON pointer (RFC 6901) of a path. */
export const pointerOf = (path: readonly PropertyKey[]) =>
  path.map((part) => `/${String(part).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Options of `safeParse` for input whose errors are answered. */
export const inputs = { reportInput: true } as const;

/** More values are described by their schema's own message. */
const maxListedValues = 30;
type Issue = z.ZodError['issues'][number];

/** What is wrong with a value outside a closed list: the closest valid value, if one is close, and all valid values. */
export function invalidValueText(value: unknown, valid: readonly string[]): string {
  const [likely] = typeof value === 'string' ? closest(value, valid) : [];
  const given = typeof value === 'string' ? `"${value.slice(0, 60)}" is not a valid value.` : 'Not a valid value.';
  const hint = likely === undefined ? '' : ` Did you mean ${likely}?`;
  return `${given}${hint} Valid values: ${valid.join(', ')}`;
}

/** Names the valid values of a field that has few, and the closest one if the issue has its input (`reportInput`). */
function detailOf(issue: Issue): string {
  if (issue.code !== 'invalid_value' || issue.values.length > maxListedValues) return issue.message;
  return invalidValueText(issue.input, issue.values.map(String));
}

/**
 * One entry per invalid field. The pointer of an unknown field is its own, not its parent's. Parse with `inputs`, so that
 * an entry can name what the caller probably meant.
 */
export const fieldErrors = (error: z.ZodError): FieldError[] =>
  error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: pointerOf([...issue.path, key]), detail: 'Unknown field' }))
      : [{ pointer: pointerOf(issue.path), detail: detailOf(issue) }],
  );
