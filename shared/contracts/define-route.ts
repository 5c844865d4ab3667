import type * as z from 'zod';
import type { Scope } from '../access/scopes.ts';

type RouteResponse = {
  description: string;
  /** Of the JSON body. */
  schema?: z.ZodType;
  /** Media types of bodies of text. */
  text?: readonly string[];
};

/**
 * An HTTP route. The routes and scopes of the HTTP API, the handler's parsers and the OpenAPI document derive from this
 * value. A route without a scope is public.
 */
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: `/${string}`;
  summary: string;
  tag: string;
  scope?: Scope;
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: z.ZodType;
  /** The handler checks the texts of the body, by `textErrors`: each of its entries has a result. @default false */
  checksTexts?: boolean;
  /** The requests that a request with this body counts as in the caller's quota. @default 1 */
  requestsOf?: (body: unknown) => number;
  /** Largest accepted body in bytes. @default 1 MiB */
  maxBodyBytes?: number;
  responses: Record<number, RouteResponse>;
};

export const defineRoute = <const R extends Route>(route: R): R & { key: `${R['method']} ${R['path']}` } => ({
  ...route,
  key: `${route.method} ${route.path}`,
});

export type DefinedRoute = Route & { key: string };
