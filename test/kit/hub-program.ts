// A hub as a child process on a port of its own: `dev` or `serve` of a configuration, awaited until it serves.
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startProgram, type ChildProgram } from '../../examples/storefront/child-program.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
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
  const lines: string[] = [];
  const output = new EventEmitter();
  const program = startProgram({
    name: 'hub',
    command: [MAIN, command, '--config', config, '--port', '0', '--log-level', 'warn'],
    env,
    // Not asked: the port is known when the program says it, and then it serves.
    readyUrl: 'http://127.0.0.1:0/',
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
  const [, url = ''] = / is serving at (\S+)$/.exec(await said(/ is serving at /)) ?? [];
  return { url, program, lines, said, stop };
}
