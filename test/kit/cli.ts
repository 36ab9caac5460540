// A command line without a process: what it prints is kept, signals are sent by the test, the hub is the test's own
// unless the test hands over the real one.
import type { HubModule, CliContext } from '../../src/cli/context.ts';
import { run, type ExitCode } from '../../src/cli/run.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';
import { fakeKinds } from './kinds.ts';

export interface FakeCli {
  readonly clock: FakeClock;
  readonly stdout: string[];
  readonly stderr: string[];
  /** Codes of immediate exits. */
  readonly exits: number[];
  run(...args: string[]): Promise<ExitCode>;
  signal(name: NodeJS.Signals): void;
  /** Resolves when a line of stderr matches. */
  said(pattern: RegExp): Promise<void>;
}

export interface FakeCliOptions {
  readonly hub?: Partial<HubModule>;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string;
}

export function fakeCli(options: FakeCliOptions = {}): FakeCli {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const exits: number[] = [];
  const listeners = new Set<(signal: NodeJS.Signals) => void>();
  const waiting = new Set<() => void>();
  const missing = (): never => {
    throw new Error('the test gave no such function');
  };
  const clock = fakeClock();
  const context: Omit<CliContext, 'exitWith'> = {
    clock,
    env: options.env ?? {},
    out: (text) => void stdout.push(text),
    say: (line) => {
      stderr.push(line);
      for (const look of waiting) look();
    },
    readInput: async () => options.stdin ?? '',
    hub: async () => ({
      KINDS: fakeKinds(),
      checkImported: () => Promise.resolve(),
      composeGraph: missing,
      openEvents: missing,
      startHub: missing,
      ...options.hub,
    }),
    onSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exitNow: (code) => void exits.push(code),
  };
  return {
    clock,
    stdout,
    stderr,
    exits,
    run: (...args) => run([...args, '--log-level', 'silent'], context),
    signal: (name) => {
      for (const listener of listeners) listener(name);
    },
    said: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!stderr.some((line) => pattern.test(line))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
