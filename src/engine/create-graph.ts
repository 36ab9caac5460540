// One composed version of the graph: the supergraph, its subgraphs, and the operations prepared so far.
import { createHash } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import type { FieldPolicy } from '../contract/field-policy.ts';
import type { ComposedGraph, PreparedOperation } from '../contract/graph.ts';
import type { Subgraph } from '../contract/subgraph.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { createTypeTest } from './entities.ts';
import { prepareOperation, type EngineContext } from './prepare-operation.ts';

export interface GraphOptions {
  /** Read where somebody asks for it, or for the version. */
  readonly supergraphSdl: string;
  readonly publicSchema: GraphQLSchema;
  readonly subgraphs: readonly Subgraph[];
  readonly plan: EngineContext['plan'];
  /** Draws the course that one request takes, where requests take several; handed to `plan`. */
  readonly draw?: EngineContext['draw'];
  readonly policy?: FieldPolicy;
  /** Admission's last word, with the coerced variables; by default everything may run. */
  readonly refuse?: EngineContext['refuse'];
  readonly development?: boolean;
  /** Told what fails inside the hub while an operation runs, once for each failure. */
  readonly onInternal?: EngineContext['onInternal'];
  /** Callers' headers that sources are sent; none by default. */
  readonly forwards?: readonly string[];
  /** Prepared operations that are kept; the least recently used is forgotten. */
  readonly maxOperations?: number;
}

export function createGraph(options: GraphOptions): ComposedGraph {
  const context: EngineContext = {
    schema: options.publicSchema,
    subgraphs: new Map(options.subgraphs.map((subgraph) => [subgraph.name, subgraph])),
    test: createTypeTest(options.publicSchema),
    policy: options.policy,
    development: options.development ?? false,
    plan: options.plan,
    draw: options.draw,
    onInternal: options.onInternal,
    refuse: options.refuse ?? (() => []),
  };
  const prepared = createBoundedCache<PreparedOperation>(options.maxOperations ?? 1_000);
  const running = createRunCounter();
  let version: string | undefined;
  return {
    get version() {
      return (version ??= createHash('sha256').update(options.supergraphSdl).digest('hex').slice(0, 16));
    },
    schema: options.publicSchema,
    get supergraphSdl() {
      return options.supergraphSdl;
    },
    forwards: [...new Set((options.forwards ?? []).map((name) => name.toLowerCase()))].sort(),
    prepare(source) {
      const key = `${source.operationName ?? ''}\n${source.text}`;
      const known = prepared.get(key);
      if (known !== undefined) return known;
      const made = counted(prepareOperation(source, context), running);
      prepared.set(key, made);
      return made;
    },
    async close(graceMs) {
      await running.idle(graceMs);
      await Promise.all(options.subgraphs.map((subgraph) => subgraph.close()));
    },
  };
}

interface RunCounter {
  enter(): void;
  leave(): void;
  /** Resolves when nothing runs, or after `graceMs`. */
  idle(graceMs: number): Promise<void>;
}

function createRunCounter(): RunCounter {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    enter: () => void (count += 1),
    leave() {
      count -= 1;
      if (count > 0) return;
      for (const resume of waiting) resume();
      waiting = [];
    },
    idle: (graceMs) =>
      new Promise<void>((resolve) => {
        if (count === 0) {
          resolve();
          return;
        }
        const timer = setTimeout(resolve, graceMs);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

function counted(operation: PreparedOperation, running: RunCounter): PreparedOperation {
  return {
    kind: operation.kind,
    async execute(...args) {
      running.enter();
      try {
        return await operation.execute(...args);
      } finally {
        running.leave();
      }
    },
    async *subscribe(scope, variables) {
      running.enter();
      try {
        yield* operation.subscribe(scope, variables);
      } finally {
        running.leave();
      }
    },
    explain: () => operation.explain(),
  };
}
