import type * as z from 'zod';
import type { Scope } from '../access/scopes.ts';

type RouteResponse = { description: string; schema?: z.ZodType };

/**
 * A promise to callers: method, path, scope, what goes in and what comes out. The HTTP API's routes and scopes, the
 * handler's parsers and the OpenAPI document all derive from it. A route without a scope is open to everyone.
 */
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: `/${string}`;
  summary: string;
  tag: string;
  scope?: Scope;
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: z.ZodType;
  /** Largest accepted body in bytes; 1 MiB unless told. */
  maxBodyBytes?: number;
  responses: Record<number, RouteResponse>;
};

export const defineRoute = <const R extends Route>(route: R): R & { key: `${R['method']} ${R['path']}` } => ({
  ...route,
  key: `${route.method} ${route.path}`,
});

export type DefinedRoute = Route & { key: string };
