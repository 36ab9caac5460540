// One query over five subgraphs, asked without a pause while one of them at a time is killed or stopped in the middle of its
// work. KILLED_SUBGRAPH_SECONDS makes it longer, KILLED_SUBGRAPH_SEED repeats an order.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startProgram, type ChildProgram } from '../../examples/storefront/child-program.ts';
import { ask, type Asked } from '../kit/ask.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { freePort } from '../kit/free-port.ts';
import { startHubProgram, type HubProgram } from '../kit/hub-program.ts';

const SECONDS = Number(process.env.KILLED_SUBGRAPH_SECONDS ?? 12);
const SEED = Number(process.env.KILLED_SUBGRAPH_SEED ?? Date.now() % 100_000);
const SUBGRAPHS = [0, 1, 2, 3, 4];
const CLIENTS = 6;
const DEADLINE_MS = 1_500;
/** What a busy machine may add to the deadline. */
const SLACK_MS = 1_500;
const BREAKER_PAUSE_MS = 300;
const GROWTH_BYTES = 48 * 1024 * 1024;

const PROGRAM = fileURLToPath(new URL('../kit/item-subgraph.ts', import.meta.url));
const QUERY = `{ ${SUBGRAPHS.map((root) => `x${root} { id ${SUBGRAPHS.map((field) => `f${field}`).join(' ')} }`).join(' ')} }`;

const started = new AsyncDisposableStack();
const programs: ChildProgram[] = [];
let ports: readonly number[];
let hub: HubProgram;

async function startSubgraph(index: number): Promise<void> {
  const port = ports[index] ?? 0;
  const program = startProgram({
    name: `subgraph ${index}`,
    command: [PROGRAM, String(index), String(port)],
    env: {},
    readyUrl: `http://127.0.0.1:${port}/`,
    onLine: () => undefined,
  });
  programs[index] = program;
  await program.ready(20_000);
}

beforeAll(async () => {
  ports = await Promise.all(SUBGRAPHS.map(() => freePort()));
  started.defer(async () => {
    await Promise.all(programs.map((program) => program.stop(0)));
  });
  await Promise.all(SUBGRAPHS.map(startSubgraph));
  const patience = `breaker: { failures: 5, pauseMs: ${BREAKER_PAUSE_MS} }`;
  const folder = await temporaryFolder({
    'manifold.yaml': `
server: { requestTimeoutMs: ${DEADLINE_MS} }
sources:
${SUBGRAPHS.map((i) => `  s${i}: { kind: federation, url: "http://127.0.0.1:${String(ports[i])}/", ${patience} }`).join('\n')}
`,
  });
  started.use(folder);
  hub = await startHubProgram({ command: 'serve', config: folder.path });
  started.defer(() => hub.stop());
}, 60_000);
afterAll(async () => started.disposeAsync(), 30_000);

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** When a subgraph was out of order; open-ended while it is. */
interface Outage {
  readonly subgraph: number;
  readonly from: number;
  to: number;
}

/** Everything in the answer that is not as it is with all subgraphs well, by the subgraph that owes it. */
function missing({ data, errors = [] }: Asked): ReadonlySet<number> {
  const owed = new Set<number>();
  expect(data === null ? errors : []).toEqual([]);
  for (const root of SUBGRAPHS) {
    const items = data[`x${root}`];
    if (items === null) owed.add(root);
    else {
      expect(items.map(({ id }: any) => id)).toEqual([`${root}-1`, `${root}-2`]);
      for (const item of items) {
        for (const field of SUBGRAPHS) {
          if (item[`f${field}`] === null) owed.add(field);
          else expect(item[`f${field}`]).toBe(`f${field} of ${item.id}`);
        }
      }
    }
  }
  expect(new Set(errors.map(({ extensions }) => extensions.source))).toEqual(new Set([...owed].map((i) => `s${i}`)));
  for (const { path = [], extensions } of errors) {
    const last = path.at(-1);
    expect([`x${String(extensions.source).slice(1)}`, `f${String(extensions.source).slice(1)}`]).toContain(last);
  }
  return owed;
}

/** Resident memory of the hub, as Linux counts it; undefined elsewhere. */
async function residentBytes(): Promise<number | undefined> {
  const status = await readFile(`/proc/${String(hub.program.pid)}/status`, 'utf8').catch(() => '');
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(status) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

it(
  'a subgraph that dies under load costs its own fields and nothing else',
  async () => {
    const random = randomFrom(SEED);
    const outages: Outage[] = [];
    const end = performance.now() + SECONDS * 1_000;
    const running = (): boolean => performance.now() < end;
    const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    const answered = { whole: 0, part: 0, slowestMs: 0 };

    const client = async (): Promise<void> => {
      while (running()) {
        const from = performance.now();
        const answer = await ask(hub.url, QUERY);
        const to = performance.now();
        answered.slowestMs = Math.max(answered.slowestMs, to - from);
        expect(answer.status).toBe(200);
        const owed = missing(answer);
        for (const subgraph of owed) {
          const excused = outages.some((one) => one.subgraph === subgraph && one.from <= to && from <= one.to);
          expect({ seed: SEED, subgraph, excused, errors: excused ? [] : answer.errors }).toEqual({
            seed: SEED,
            subgraph,
            excused: true,
            errors: [],
          });
        }
        if (owed.size === 0) answered.whole += 1;
        else answered.part += 1;
      }
    };

    const trouble = async (): Promise<void> => {
      while (running()) {
        await pause(150 + random() * 300);
        const subgraph = Math.floor(random() * SUBGRAPHS.length);
        const { pid } = programs[subgraph] ?? {};
        if (pid === undefined) throw new Error('a subgraph has no process');
        const outage: Outage = { subgraph, from: performance.now(), to: Number.POSITIVE_INFINITY };
        outages.push(outage);
        if (random() < 0.5) {
          process.kill(pid, 'SIGSTOP');
          await pause(DEADLINE_MS / 2 + random() * DEADLINE_MS);
          process.kill(pid, 'SIGCONT');
        } else {
          process.kill(pid, 'SIGKILL');
          await programs[subgraph]?.ended;
          await pause(random() * 300);
          await startSubgraph(subgraph);
        }
        // The breaker lets a call through again only after its pause, and one that hung before then ends by its deadline.
        outage.to = performance.now() + DEADLINE_MS + BREAKER_PAUSE_MS;
      }
    };

    let settled: number | undefined;
    const memory = pause(SECONDS * 400).then(async () => {
      settled = await residentBytes();
    });
    await Promise.all([trouble(), memory, ...Array.from({ length: CLIENTS }, client)]);
    const grown = await residentBytes();

    expect(answered.whole).toBeGreaterThan(0);
    expect(answered.part).toBeGreaterThan(0);
    expect(answered.slowestMs).toBeLessThan(DEADLINE_MS + SLACK_MS);
    if (settled !== undefined && grown !== undefined) expect(grown - settled).toBeLessThan(GROWTH_BYTES);

    // Node ends a program with an unhandled rejection; the hub is there, whole, and has complained of nothing but its sources.
    await pause(BREAKER_PAUSE_MS * 2);
    expect(missing(await ask(hub.url, QUERY))).toEqual(new Set());
    expect(hub.lines.filter((line) => /unhandled|TypeError|INTERNAL/i.test(line))).toEqual([]);
    await hub.stop();
    expect(await hub.program.ended).toBe('exit code 0');
  },
  SECONDS * 1_000 + 60_000,
);
