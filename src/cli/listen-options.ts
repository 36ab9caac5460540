// Options that `dev` and `serve` share: where to listen, and how to stop.
import { InvalidArgumentError, type Command } from 'commander';
import type { RunningHub } from '../compose.ts';
import type { CliContext } from './context.ts';

export interface ListenOptions {
  readonly port?: number;
  readonly host?: string;
  readonly subgraph?: boolean;
}

export function addListenOptions(command: Command): Command {
  return command
    .option('-p, --port <number>', 'port to listen on, 0 for any free one; overrides server.port', parsePort)
    .option('--host <address>', 'address to listen on; overrides server.host')
    .option('--subgraph', 'answer _service and _entities, so that other gateways can compose this hub');
}

export function listenOptions({ port, host, subgraph }: ListenOptions): ListenOptions {
  return {
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    ...(subgraph === undefined ? {} : { subgraph }),
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

/**
 * Ctrl-C reaches a whole process group, and npm passes it on to its child once more: what follows at once is the same
 * wish, not a second one.
 */
const SAME_WISH_MS = 250;

/** Resolves once a signal came and the requests in flight were answered. A second signal ends the process with 130. */
export function untilStopped(context: CliContext, close: RunningHub['close']): Promise<void> {
  return new Promise((resolve, reject) => {
    let firstAt: number | undefined;
    const off = context.onSignal((signal) => {
      const now = performance.now();
      if (firstAt !== undefined) {
        if (now - firstAt > SAME_WISH_MS) context.exitNow(130);
        return;
      }
      firstAt = now;
      context.say(`manifold: ${signal}: answering what is in flight, then stopping; again to stop at once`);
      close()
        .then(resolve, reject)
        .finally(() => off());
    });
  });
}
