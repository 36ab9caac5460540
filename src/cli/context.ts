// What a command may touch of the process it runs in: made by main.ts for real, by tests for themselves.
import type * as compose from '../compose.ts';
import { loadConfig } from '../config/load-config.ts';
import type { HubConfig } from '../config/hub-config.ts';
import type { ProgressClock } from './import-progress.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';

/** The wiring of the hub, loaded when a command needs it, so that `--help` stays quick. */
export type HubModule = Pick<typeof compose, 'KINDS' | 'checkImported' | 'composeGraph' | 'openEvents' | 'startHub'>;

export interface CliContext {
  readonly env: NodeJS.ProcessEnv;
  /** Machine output: SDL, plans, JSON. Nothing else goes to stdout. */
  out(text: string): void;
  readonly clock: ProgressClock;
  /** What a person reads: progress, summaries, errors. One line; the newline is added. */
  say(line: string): void;
  readInput(): Promise<string>;
  hub(): Promise<HubModule>;
  /** Calls the listener for each SIGINT and SIGTERM until the returned function is called. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void;
  /** Ends the process without waiting for anything. */
  exitNow(code: number): void;
  /** The exit code of a command that found something wrong without failing itself. */
  exitWith(code: 1): void;
}

/** Options of the program that every command has. */
export interface GlobalOptions {
  readonly config: string;
  readonly logLevel?: string;
  readonly verbose?: boolean;
}

export async function readConfig(context: CliContext, options: GlobalOptions): Promise<HubConfig> {
  const { KINDS } = await context.hub();
  return loadConfig({ file: options.config, env: context.env, kinds: KINDS });
}

/** @param usual how much is logged where --log-level does not say. */
export function commandLogger(options: GlobalOptions, usual: 'info' | 'warn'): Logger {
  return createLogger(options.logLevel ?? usual);
}
