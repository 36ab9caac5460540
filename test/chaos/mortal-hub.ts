// A hub that is killed and started again on the same port, as often as the test likes.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../kit/free-port.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface MortalHub extends AsyncDisposable {
  readonly url: string;
  /** SIGKILL, and at once started again. Resolves when the new one serves. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** What all of its lives wrote to stderr. */
  readonly said: () => string;
}

export async function startMortalHub(folder: string): Promise<MortalHub> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let said = '';
  let child: ChildProcess;

  async function start(): Promise<void> {
    const args = ['--disable-warning=ExperimentalWarning', MAIN, 'serve', '--config', folder, '--port', String(port)];
    child = spawn(process.execPath, [...args, '--log-level', 'warn'], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the hub ended with ${child.exitCode}:\n${said}`);
      const ready = await fetch(`${url}/health/ready`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const closed = once(child, 'exit');
    child.kill(signal);
    await closed;
    return child.exitCode;
  }

  await start();
  return {
    url,
    said: () => said,
    async kill() {
      await end('SIGKILL');
      await start();
    },
    stop: () => end('SIGTERM'),
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
    },
  };
}
