import type * as z from 'zod';
import { StartError } from '../start-error.ts';
import type { Resource } from './template.ts';

/** Reads a resource's properties by a schema; throws StartError naming the property that cannot be honoured. */
export function parseProperties<S extends z.ZodType>(schema: S, resource: Resource): z.infer<S> {
  const parsed = schema.safeParse(resource.properties);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refusal(resource, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
}

/** The sentence that stops the engine at a resource that it cannot run as AWS would. */
export const refusal = ({ stack, logicalId, type }: Resource, reason: string) =>
  new StartError(`${stack}/${logicalId} (${type}) cannot run on this machine: ${reason}.`);
