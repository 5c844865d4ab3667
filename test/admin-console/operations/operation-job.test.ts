import { describe, expect, test } from 'vitest';
import type { ApiResponse } from '../../../functions/admin-console/apis/api-event.ts';
import type { Redrive } from '../../../functions/admin-console/apis/dead-letter-client.ts';
import { pressButton } from '../../../functions/admin-console/buttons/button-job.ts';
import { redriveText } from '../../../functions/admin-console/apis/redrive-text.ts';
import type { Execution } from '../../../functions/admin-console/operations/execution.ts';
import { carryOut } from '../../../functions/admin-console/operations/operation-job.ts';

const admin = { clientId: 'admin', scopes: ['reports.run', 'orders.write', 'promotions.write', 'stock.write'] };
const executionId = '57b7dbab-be2c-4639-b249-dbed1672aba3';
const anExecution: Execution = {
  executionId,
  documentName: 'Storeworks-BackFillReports',
  status: 'InProgress',
  startedBy: 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_StoreworksAdmin_0123456789abcdef/ada',
  inputs: { From: '2026-11-28', To: '2026-11-30' },
  approvedBy: [],
};

function apiWith(responses: ApiResponse[]) {
  const calls: unknown[] = [];
  const moved: string[] = [];
  return {
    calls,
    moved,
    callApi: async (
      workflow: string,
      { route, body }: { route: { key: string }; body?: object },
      caller: object,
      id: string,
    ) => {
      calls.push({ workflow, key: route.key, body, caller, id });
      return responses[calls.length - 1] ?? { status: 202, body: {} };
    },
    deadLetters: {
      filled: async () => [],
      redrive: async (name: string): Promise<Redrive> => {
        moved.push(name);
        const isStuck = name.endsWith('-Stuck');
        return { moved: 1, isRunning: false, failure: isStuck ? 'CouldNotDetermineMessageSource' : undefined };
      },
    },
  };
}

describe('an operation', () => {
  const run = (api: ReturnType<typeof apiWith>, given: Partial<Execution> = {}) =>
    carryOut({
      ...api,
      readExecution: async () => ({ ...anExecution, ...given }),
      findSubject: async (email) => (email === 'ada' ? 'sub-of-ada' : undefined),
      staff: { departments: { admin }, permissionSets: { StoreworksAdmin: 'admin' } },
    })(executionId);

  test('calls the API as the person, under the id of the execution, with the defaults of inputs', async () => {
    const api = apiWith([]);
    await run(api);
    expect(api.calls).toEqual([
      {
        workflow: 'nightly-metrics',
        key: 'POST /reports/runs',
        body: { from: '2026-11-28', to: '2026-11-30', force: false },
        caller: { subject: 'sub-of-ada', department: 'admin', ...admin },
        id: executionId,
      },
    ]);
  });

  test('fails with the reason of a refusal, and makes no further request', async () => {
    const api = apiWith([{ status: 422, body: { type: 'invalid-content', detail: 'The day has not begun.' } }]);
    await expect(run(api)).rejects.toThrow('The day has not begun.');
    expect(api.calls).toHaveLength(1);
  });

  test('returns ids and states, and nothing else of a response', async () => {
    const secret = { endpointId: 'shop', secret: 'whsec_x', customer: { email: 'ada@example.com' }, status: 'active' };
    const done = await run(apiWith([{ status: 201, location: '/x', body: secret }]), {
      documentName: 'Storeworks-ReviewOrder',
      inputs: { OrderId: `ord_${'0'.repeat(26)}`, Decision: 'release', Reason: 'Known' },
    });
    expect(done.results).toEqual(['HTTP 201; /x; endpointId: shop; status: active']);
  });

  test('moves dead letters without an API', async () => {
    const api = apiWith([]);
    const inputs = { QueueName: 'Storeworks-A-DeadLetters' };
    await run(api, { documentName: 'Storeworks-RedriveDeadLetters', inputs });
    expect([api.calls, api.moved]).toEqual([[], ['Storeworks-A-DeadLetters']]);
    const stuck = { documentName: 'Storeworks-RedriveDeadLetters', inputs: { QueueName: 'Storeworks-A-Stuck' } };
    await expect(run(api, stuck)).rejects.toThrow('1 message was moved back, then the redrive stopped');
  });
});

test.each<[Redrive, string]>([
  [{ moved: 0, isRunning: false }, '0 messages were moved back.'],
  [{ moved: 60, isRunning: true }, '60 messages were moved back until now; SQS continues.'],
  [
    { moved: 2, isRunning: false, failure: 'CANCELLED' },
    '2 messages were moved back, then the redrive stopped: CANCELLED.',
  ],
])('a redrive of %o is described', (redrive, text) => expect(redriveText(redrive)).toBe(text));

describe('a button', () => {
  const press = (api: ReturnType<typeof apiWith>, inputs: Record<string, string>, operation = 'run-reports') =>
    pressButton({ ...api, administrators: { department: 'admin', ...admin } })(
      { operation, inputs, fields: {} },
      {},
      'request-1',
    );

  test('acts as the request of Lambda, whose person CloudTrail has', async () => {
    const api = apiWith([]);
    expect(await press(api, { Date: '2026-11-29' })).toEqual({ isDone: true, text: '2026-11-29' });
    expect(api.calls).toMatchObject([{ caller: { subject: 'aws-request:request-1', department: 'admin' } }]);
  });

  test('shows why it did nothing', async () => {
    const refused = apiWith([{ status: 409, body: { detail: 'The promotion has ended.' } }]);
    expect(await press(refused, { Date: '2026-11-29' })).toEqual({ isDone: false, text: 'The promotion has ended.' });
    expect(await press(apiWith([]), { Date: 'today' })).toMatchObject({ isDone: false });
  });
});
