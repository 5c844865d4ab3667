import * as z from 'zod';
import { operations } from '../../../shared/contracts/admin-console/operations.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import type { ApiClient } from '../apis/api-client.ts';
import type { ApiCaller } from '../apis/api-event.ts';
import type { DeadLetterClient } from '../apis/dead-letter-client.ts';
import { redriveText } from '../apis/redrive-text.ts';
import { checkPress } from './press.ts';

type Tools = {
  callApi: ApiClient;
  deadLetters: DeadLetterClient;
  /** The client of the administrators, who alone may invoke the function of the buttons. */
  administrators: Omit<ApiCaller, 'subject'>;
};

/** The result of a pressed button, as a sentence. */
export type ButtonResult = { isDone: boolean; text: string };

/**
 * Carries out what a button is for. The actor is the request of Lambda that pressed it: CloudTrail's data event of this
 * request id has the identity of the person.
 */
export const pressButton =
  ({ callApi, deadLetters, administrators }: Tools) =>
  async (
    pressed: Parameters<typeof checkPress>[0],
    forms: Parameters<typeof checkPress>[1],
    requestId: string,
  ): Promise<ButtonResult> => {
    const checked = checkPress(pressed, forms, operations);
    if (checked.kind === 'refused') return { isDone: false, text: checked.reason };
    const { operation, inputs } = checked;
    if (operation.kind === 'redrive') {
      const redrive = await deadLetters.redrive(inputs['QueueName'] ?? '');
      return { isDone: redrive.failure === undefined, text: redriveText(redrive) };
    }
    const caller: ApiCaller = { ...administrators, subject: `aws-request:${requestId}` };
    for (const request of operation.requests(inputs, requestId)) {
      const { status, body } = await callApi(operation.workflow, request, caller, requestId);
      if (status >= 400) return { isDone: false, text: detailOf(body) ?? `HTTP ${status}` };
    }
    const chosen = Object.entries(inputs).filter(
      ([name, value]) => value !== ownValue(operation.inputs, name)?.default,
    );
    return { isDone: true, text: chosen.map(([, value]) => value).join(' – ') };
  };

const Problem = z.object({ detail: z.string() });
const detailOf = (body: unknown): string | undefined => Problem.safeParse(body).data?.detail;
