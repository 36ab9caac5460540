// A hub as a child process on a free port: `dev` or `serve` of a configuration, awaited until it is ready.
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startProgram, type ChildProgram } from '../../examples/storefront/child-program.ts';
import { freePort } from './free-port.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const READY_MS = 60_000;
/** Longer than any `drainMs` in use. */
const GRACE_MS = 15_000;

export interface HubProgramOptions {
  readonly command: 'dev' | 'serve';
  /** manifold.yaml, or its folder. */
  readonly config: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface HubProgram {
  readonly url: string;
  readonly program: ChildProgram;
  /** Everything that it wrote to stderr. */
  readonly lines: readonly string[];
  /** The next line that matches, after the one that was found before; earlier output counts. */
  said(pattern: RegExp): Promise<string>;
  /** SIGTERM, and waits for the end. Twice is safe. */
  stop(): Promise<void>;
}

export async function startHubProgram({ command, config, env = {} }: HubProgramOptions): Promise<HubProgram> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const lines: string[] = [];
  const output = new EventEmitter();
  const program = startProgram({
    name: 'hub',
    command: [MAIN, command, '--config', config, '--port', String(port), '--log-level', 'warn'],
    env,
    readyUrl: `${url}/health/ready`,
    onLine: (line) => {
      lines.push(line);
      output.emit('line');
    },
  });
  void program.ended.then(() => output.emit('line'));
  let read = 0;
  let over = false;
  void program.ended.then(() => (over = true));

  const said = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = lines.findIndex((line, index) => index >= read && pattern.test(line));
      const line = lines[found];
      if (line !== undefined) {
        read = found + 1;
        return line;
      }
      if (over) throw new Error(`the hub ended before it said ${String(pattern)}:\n${lines.join('\n')}`);
      await once(output, 'line');
    }
  };
  const stop = () => program.stop(GRACE_MS);
  try {
    await program.ready(READY_MS);
  } catch (error) {
    await stop();
    throw new Error(`${String(error)}\n${lines.join('\n')}`, { cause: error });
  }
  return { url, program, lines, said, stop };
}
