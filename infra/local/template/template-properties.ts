import type * as z from 'zod';
import { StartError } from '../start-error.ts';
import type { Resource } from './template.ts';

/** Parses a resource's properties. Throws StartError with the name of the unsupported property. */
export function parseProperties<S extends z.ZodType>(schema: S, resource: Resource): z.infer<S> {
  const parsed = schema.safeParse(resource.properties);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refusal(resource, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
}

/** The error for a resource that the engine does not support. */
export const refusal = ({ stack, logicalId, type }: Resource, reason: string) =>
  new StartError(`${stack}/${logicalId} (${type}) is not supported by the local engine: ${reason}.`);
