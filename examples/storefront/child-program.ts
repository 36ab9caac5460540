// One program of the example as a child process of start.ts: started, awaited, stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface ProgramOptions {
  readonly name: string;
  /** File and arguments, as node takes them. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 to a GET as soon as the program can be used. */
  readonly readyUrl: string;
  /** Gets every line that the program writes to stderr. */
  readonly onLine: (line: string) => void;
}

export interface ChildProgram {
  readonly name: string;
  readonly pid: number | undefined;
  /** Resolves when the program has ended, with how: "exit code 1", "signal SIGKILL". */
  readonly ended: Promise<string>;
  /** Rejects where the program ends first, or needs longer than `timeoutMs`. */
  ready(timeoutMs: number): Promise<void>;
  /** SIGTERM, and SIGKILL to a program that is still there after `graceMs`. May be called twice. */
  stop(graceMs: number): Promise<void>;
}

const POLL_MS = 50;
const PRELOAD = new URL('end-with-parent.ts', import.meta.url).href;

export function startProgram({ name, command, env, readyUrl, onLine }: ProgramOptions): ChildProgram {
  const child = spawn(process.execPath, ['--import', PRELOAD, ...command], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A Ctrl-C goes to the whole group of the terminal. Out of it, each program is told once, by stop().
    detached: process.platform !== 'win32',
  });
  if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', onLine);
  const state = { ended: false };
  const ended = endOf(child).finally(() => {
    state.ended = true;
  });

  const ready = async (timeoutMs: number): Promise<void> => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const end = ended.then((how) => ({ how }));
    for (;;) {
      const answered = await Promise.race([answers(readyUrl, deadline), end]);
      if (answered === true) return;
      if (typeof answered === 'object') throw new Error(`${name} ended while it was starting (${answered.how})`);
      if (deadline.aborted) throw new Error(`${name} was not ready after ${timeoutMs / 1_000} seconds`);
      await pause(POLL_MS);
    }
  };

  const stop = async (graceMs: number): Promise<void> => {
    if (state.ended) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(timer);
  };

  return { name, pid: child.pid, ended, ready, stop };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`),
    );
  });
}

async function answers(url: string, deadline: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: deadline });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Whether a program could listen on the port of this machine now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
