import { AssertionError } from 'node:assert';
import * as z from 'zod';

/** Errors that concern one record only, as its data or a defect of the code causes them. */
export const defects: [name: string, error: () => Error][] = [
  ['a defect of the code', () => new TypeError("Cannot read properties of undefined (reading 'rate')")],
  ['a value that is out of range', () => new RangeError('Invalid time value')],
  ['a broken invariant', () => new AssertionError({ message: 'The units are not negative' })],
  ['a stored item that does not parse', () => z.string().safeParse(1).error ?? new Error()],
  ['a request that the store refuses', () => Object.assign(new Error('Too large'), { name: 'ValidationException' })],
  ['a value that is not an error', () => 'text' as unknown as Error],
];

/** Errors that concern all records: they pass, or the whole work is tried again. */
export const outages: [name: string, error: () => Error][] = [
  ['a store that is down', () => Object.assign(new Error('down'), { name: 'InternalServerError', $fault: 'server' })],
  ['a network that is down', () => Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
  ['a permission that is missing', () => Object.assign(new Error('denied'), { name: 'AccessDeniedException' })],
];

/** The store's answer to too many requests. The caller repeats the request before it counts as an outage. */
export const throttling: [name: string, error: () => Error][] = [
  [
    'a throttled store',
    () => Object.assign(new Error('slow down'), { name: 'ThrottlingException', $retryable: { throttling: true } }),
  ],
];
