// `npm run verify`: every check in sequence, one line each, the output of those that fail, and the count of tests.
// All of them run even when one fails; the exit code is 1 then.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';

const RESULTS = 'coverage/tests.json';

const CHECKS: readonly (readonly [name: string, script: string, ...args: readonly string[]])[] = [
  ['format', 'format:check'],
  ['types', 'typecheck'],
  ['lint', 'lint'],
  ['rooms', 'rooms'],
  ['dead code', 'dead'],
  ['codegen', 'codegen:check'],
  ['generated files', 'generate:check'],
  ['build', 'build'],
  ['tests', 'test', '--silent', '--json', `--outputFile=${RESULTS}`],
];

interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

async function runScript(script: string, args: readonly string[]): Promise<Outcome> {
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  // With --json, Jest writes its results to stdout as well; people read what it says on stderr.
  child.stdout.on('data', (chunk: Buffer) => script !== 'test' && output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const ok = await new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false)).on('close', (code) => resolve(code === 0));
  });
  return { ok, output: Buffer.concat(output).toString('utf8').trimEnd() };
}

async function countTests(): Promise<string> {
  try {
    const results = JSON.parse(await readFile(RESULTS, 'utf8')) as Record<string, number>;
    // A test file that does not even load has no tests to count, but has failed.
    const failed = (results.numFailedTests ?? 0) + (results.numRuntimeErrorTestSuites ?? 0);
    return `${results.numPassedTests ?? 0} passed, ${failed} failed`;
  } catch {
    return '0 passed, 1 failed';
  }
}

await rm(RESULTS, { force: true });
await mkdir('coverage', { recursive: true });
for (const [name, script, ...args] of CHECKS) {
  const startedAt = performance.now();
  const { ok, output } = await runScript(script, args);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const count = script === 'test' ? `: ${await countTests()}` : '';
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)${count}\n`);
  if (ok) continue;
  process.exitCode = 1;
  process.stdout.write(`${output}\n`);
}
