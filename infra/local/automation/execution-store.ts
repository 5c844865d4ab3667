import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { LocalContext } from '../context.ts';

const Approval = z.object({ approver: z.string(), decision: z.enum(['Approve', 'Reject']), comment: z.string() });

const StepState = z.object({
  name: z.string(),
  action: z.string(),
  status: z.enum(['Pending', 'InProgress', 'Waiting', 'Success', 'Failed', 'TimedOut']),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
  outputs: z.record(z.string(), z.array(z.string())).default({}),
  failure: z.string().optional(),
});
export type StepState = z.infer<typeof StepState>;

const Execution = z.object({
  executionId: z.string(),
  documentName: z.string(),
  startedBy: z.string(),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  status: z.enum(['InProgress', 'Waiting', 'Success', 'Failed', 'TimedOut']),
  parameters: z.record(z.string(), z.string()),
  approvals: z.array(Approval),
  steps: z.array(StepState),
});
export type Execution = z.infer<typeof Execution>;

const maxListed = 100;

/** Executions in the state file, as JSON documents. */
export function openExecutionStore({ state: { db }, now }: LocalContext) {
  db.exec(`CREATE TABLE IF NOT EXISTS automation_executions (
    id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, content TEXT NOT NULL
  ) STRICT`);
  const insert = db.prepare('INSERT INTO automation_executions (id, started_at, content) VALUES (?, ?, ?)');
  const update = db.prepare('UPDATE automation_executions SET content = ? WHERE id = ?');
  const select = db.prepare('SELECT content FROM automation_executions WHERE id = ?');
  const newest = db.prepare('SELECT content FROM automation_executions ORDER BY started_at DESC, id LIMIT ?');
  const Row = z.object({ content: z.string() });
  const parse = (row: unknown) => Execution.parse(JSON.parse(Row.parse(row).content));

  return {
    create(given: Pick<Execution, 'documentName' | 'startedBy' | 'parameters' | 'steps'>): Execution {
      const execution: Execution = {
        ...given,
        executionId: randomUUID(),
        startedAt: now(),
        status: 'InProgress',
        approvals: [],
      };
      insert.run(execution.executionId, execution.startedAt, JSON.stringify(execution));
      return execution;
    },
    save: (execution: Execution) => void update.run(JSON.stringify(execution), execution.executionId),
    find(executionId: string): Execution | undefined {
      const row = select.get(executionId);
      return row === undefined ? undefined : parse(row);
    },
    newest: (): Execution[] => newest.all(maxListed).map(parse),
  };
}
