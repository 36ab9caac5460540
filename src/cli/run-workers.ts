// `manifold serve --workers N`: a primary that keeps what is one for all, and N processes that serve. The operating system's
// one listening socket is handed to them in turn.
import cluster, { type Worker } from 'node:cluster';
import type { HubConfig } from '../config/hub-config.ts';
import type { PrimaryMessage, WorkerLink, WorkerMessage } from '../contract/worker-link.ts';
import { serveWorkers } from '../events/workers/serve-workers.ts';
import { HubFault, toHubFault } from '../faults/hub-fault.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { CliContext } from './context.ts';
import { untilStopped } from './listen-options.ts';

/** A worker that ends is replaced; not one after the other without end. */
const MAX_REPLACED = 5;
const WITHIN_MS = 30_000;

/** Resolves when all have stopped after a signal. Rejects where the first worker does not come to serve. */
export async function runWorkers(count: number, config: HubConfig, context: CliContext, logger: Logger): Promise<void> {
  cluster.setupPrimary({ serialization: 'advanced' });
  const { openEvents } = await context.hub();
  // Workers open PostgreSQL themselves; everything else can only be opened once.
  const kept = typeof config.state.store === 'object' ? undefined : (await openEvents(config, logger)).state;
  kept?.start();
  const workers = new Map<number, Worker>();
  const take = serveWorkers(kept, {
    ids: () => [...workers.keys()],
    send: (id, message: PrimaryMessage) => {
      const worker = workers.get(id);
      if (worker?.isConnected() === true) worker.send(message);
    },
  });
  const replacedAt: number[] = [];
  let stopping = false;

  /** Resolves with the worker's address once it listens, rejects where it ends before. */
  const fork = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const worker = cluster.fork();
      let serves = false;
      workers.set(worker.id, worker);
      worker.on('message', (message: WorkerMessage) => {
        if (message.kind !== 'listening') {
          take(worker.id, message);
          return;
        }
        serves = true;
        resolve(message.url);
      });
      worker.once('exit', (code: number | null, signal: string) => {
        workers.delete(worker.id);
        for (const other of workers.values()) {
          if (other.isConnected()) other.send({ kind: 'gone', worker: worker.id } satisfies PrimaryMessage);
        }
        const how = code === null ? signal : `exit code ${code}`;
        reject(new HubFault('HUB_CONFIG_INVALID', `a worker ended while it was starting (${how})`));
        if (serves && !stopping) replace(worker.id, how);
      });
    });

  const replace = (worker: number, how: string): void => {
    const now = Date.now();
    while ((replacedAt[0] ?? now) < now - WITHIN_MS) replacedAt.shift();
    replacedAt.push(now);
    if (replacedAt.length > MAX_REPLACED) {
      logger.error({ worker, how }, `${MAX_REPLACED} workers ended within ${WITHIN_MS} ms: giving up`);
      void stop().finally(() => context.exitNow(1));
      return;
    }
    logger.error({ worker, how }, 'a worker ended; another takes its place');
    fork().catch((thrown: unknown) => {
      if (!stopping) replace(worker, toHubFault(thrown).message);
    });
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all(
      [...workers.values()].map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once('exit', () => resolve());
            worker.process.kill('SIGTERM');
          }),
      ),
    );
    await kept?.close();
  };

  try {
    // What is wrong is said once: by the first.
    const url = await fork();
    await Promise.all(Array.from({ length: count - 1 }, fork));
    context.say(`manifold: ${config.name} is serving at ${url} with ${count} workers`);
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  await untilStopped(context, stop);
}

/** The link to the primary; undefined in a process that is no worker. */
export function workerLink(): WorkerLink | undefined {
  if (!cluster.isWorker) return undefined;
  return {
    send: (message) => {
      if (process.connected) process.send?.(message);
    },
    listen(listener) {
      process.on('message', listener);
      return () => void process.off('message', listener);
    },
  };
}
