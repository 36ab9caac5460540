// The programs of the example as child processes: awaited, stopped, and never left behind.
import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { isFree, startProgram } from '../../../examples/storefront/child-program.ts';

const file = (path: string) => new URL(`../../../examples/storefront/${path}`, import.meta.url);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A program that serves on a port and does `more`. */
const serving = (port: number, more = '') => [
  '--input-type=module',
  '--eval',
  `import { createServer } from 'node:http';
   createServer((request, response) => response.end('ok')).listen(${port}, '127.0.0.1');
   ${more}`,
];

function program(port: number, command: readonly string[], lines: string[] = []) {
  const readyUrl = `http://127.0.0.1:${port}/`;
  return startProgram({ name: 'demo', command, env: {}, readyUrl, onLine: (line) => lines.push(line) });
}

describe('a program of the example', () => {
  it('is ready when it answers, hands on its stderr by line, and ends when it is stopped', async () => {
    const port = await freePort();
    const lines: string[] = [];
    const demo = program(port, serving(port, `process.stderr.write('one\\ntwo\\n');`), lines);
    await demo.ready(20_000);
    expect(await isFree(port)).toBe(false);
    await demo.stop(10_000);
    expect(await demo.ended).toBe('signal SIGTERM');
    expect(lines).toEqual(['one', 'two']);
    expect(await isFree(port)).toBe(true);
    await demo.stop(10_000);
  });

  it('is not ready when it ends before it answers', async () => {
    const demo = program(await freePort(), ['--eval', 'process.exit(3)']);
    await expect(demo.ready(20_000)).rejects.toThrow('demo ended while it was starting (exit code 3)');
  });

  it('is not ready when it never answers', async () => {
    const demo = program(await freePort(), ['--eval', 'setInterval(() => undefined, 1000)']);
    await expect(demo.ready(200)).rejects.toThrow('demo was not ready after 0.2 seconds');
    await demo.stop(10_000);
  });

  it('is killed when it does not listen to reason', async () => {
    const port = await freePort();
    const demo = program(port, serving(port, `process.on('SIGTERM', () => undefined);`));
    await demo.ready(20_000);
    await demo.stop(50);
    expect(await demo.ended).toBe('signal SIGKILL');
  });

  it('ends by itself when the one who started it was killed', async () => {
    const port = await freePort();
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `const { startProgram } = await import(${JSON.stringify(file('child-program.ts').href)});
         const options = ${JSON.stringify({ name: 'demo', command: serving(port), env: {}, readyUrl: `http://127.0.0.1:${port}/` })};
         await startProgram({ ...options, onLine: () => undefined }).ready(20000);
         process.stdout.write('ready');`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(parent.stdout, 'data');
    expect(await isFree(port)).toBe(false);
    parent.kill('SIGKILL');
    // The port is free when the orphan is gone; a test that waits in vain fails by its timeout.
    while (!(await isFree(port))) await setImmediate();
  });
});

describe('npm start', () => {
  async function run(env: Record<string, string>) {
    const start = spawn(process.execPath, [file('start.ts').pathname], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    start.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = await once(start, 'close');
    return { code, stderr };
  }

  it('says which port is taken, and starts nothing', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const env = { SHOP_PORT: String(await freePort()), WAREHOUSE_PORT: String(port), PORT: String(await freePort()) };
    const { code, stderr } = await run(env);
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port}, where the warehouse should listen, is in use`);
    expect(stderr).toContain('WAREHOUSE_PORT=');
    expect(stderr).not.toContain('    at ');
  });

  it('refuses a port that is none', async () => {
    const { code, stderr } = await run({ SHOP_PORT: 'http' });
    expect(code).toBe(1);
    expect(stderr).toBe('SHOP_PORT must be a number from 1 to 65535, not "http"\n');
  });
});
