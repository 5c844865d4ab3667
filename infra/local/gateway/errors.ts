import type { IncomingHttpHeaders } from 'node:http';
import { type AwsResponse, AwsError } from './aws-call.ts';

/** Format of a service's errors; `query` is the form protocol of services that the engine does not have. */
type Protocol = 'json' | 'rest-json' | 's3' | 'query';

export function protocolOf(service: string, headers: IncomingHttpHeaders): Protocol {
  if (service === 's3') return 's3';
  if (service === 'lambda' || service === 'scheduler') return 'rest-json';
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') ? 'query' : 'json';
}

/** Response to a failed call. An error other than AwsError is an internal error (500), which clients may retry. */
export function errorResponse(failure: unknown, protocol: Protocol, requestId: string): AwsResponse {
  const { code, message, status } =
    failure instanceof AwsError
      ? failure
      : new AwsError('InternalServerError', 'The local engine failed; see its log.', 500);
  if (protocol === 's3') {
    return xml(status, `<Error>${details(code, message)}<RequestId>${requestId}</RequestId></Error>`);
  }
  if (protocol === 'query') {
    const error = `<Error><Type>Sender</Type>${details(code, message)}</Error>`;
    return xml(status, `<ErrorResponse>${error}<RequestId>${requestId}</RequestId></ErrorResponse>`);
  }
  if (protocol === 'rest-json') return json(status, code, 'application/json', { Message: message });
  return json(status, code, 'application/x-amz-json-1.0', { __type: code, message });
}

const json = (status: number, code: string, contentType: string, body: Record<string, string>): AwsResponse => ({
  status,
  headers: { 'content-type': contentType, 'x-amzn-errortype': code },
  body: JSON.stringify(body),
});

const details = (code: string, message: string) =>
  `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;

const xml = (status: number, content: string): AwsResponse => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${content}`,
});

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
