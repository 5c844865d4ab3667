import type { Faults } from './faults.ts';
import type { Observer } from './observer.ts';
import type { State } from './state.ts';
import type { Template } from './template/template.ts';

/** What every local service is made from. */
export type LocalContext = {
  template: Template;
  state: State;
  /** Milliseconds since the epoch; tests may move it. */
  now: () => number;
  /** What tests let go wrong. */
  faults?: Faults | undefined;
  /** Who counts what happens. */
  observer?: Observer | undefined;
  /** One line for the developer: a refused delivery, a retry, a function's error. */
  log: (line: string) => void;
};

/**
 * Sends a payload (JSON text) to whatever the ARN names: a queue, a function (asynchronously), a bus or an API
 * destination. Resolves when the receiver has it durably; rejects when it refuses or does not exist.
 */
export type Deliver = (
  arn: string,
  payload: string,
  /** For a queue; `messageAttributes` tell in a dead-letter queue what failed. */
  options?: { messageGroupId?: string; messageAttributes?: Record<string, { DataType: string; StringValue: string }> },
) => Promise<void>;

/** A part that works on its own once started, such as an event source mapping. */
export type Running = {
  /** Work that is accepted but not done: 0 when the part is at rest. */
  pending: () => number;
  stop: () => Promise<void>;
};

/**
 * What a service does with the properties of each resource type that it runs: `effective` ones it obeys, `inert` ones
 * change nothing on one machine (say why beside them). Any other property stops the engine.
 */
export type Support = Record<string, { effective: string[]; inert: string[] }>;
