// `npm run bench -- [--rounds 3] [--secs 5] [--only hub,limit] [--scenarios q1,q2] [--out file]`: interleaved rounds; every
// measurement is a line of JSON in the results, the table comes at the end.
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { composeForHive, FEDERATION_CONTESTANTS, REST_CONTESTANTS, type Contestant } from './contestants.ts';
import { countSubgraphCalls, startSubgraphs } from './federation-upstream.ts';
import { runHalfLoad, runLoad } from './load.ts';
import { BENCH, onPath, WORK } from './places.ts';
import { cpuSeconds, peakMegabytes, start } from './processes.ts';
import { printReport, type Measurement } from './report.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { countCalls, startUpstream } from './upstream.ts';

/** Scenarios that need no wrk, with the program that measures and prints each. */
const PROGRAMS = new Map([
  ['soap', 'soap-client.ts'],
  ['websockets', 'websockets.ts'],
]);

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    secs: { type: 'string', default: '5' },
    only: { type: 'string', default: [...REST_CONTESTANTS, ...FEDERATION_CONTESTANTS].map(({ name }) => name).join() },
    scenarios: { type: 'string', default: [...SCENARIOS.map(({ name }) => name), ...PROGRAMS.keys()].join() },
    out: { type: 'string', default: `${WORK}/results.jsonl` },
  },
});

if (!onPath('wrk') || !onPath('nginx')) {
  console.error('bench: wrk and nginx are not here; run: npm run bench:setup');
  process.exit(1);
}

const seconds = Number(values.secs);
/** What V8 compiles last it compiles after some 5,000 requests. */
const WARM_SECONDS = 5;

async function ask({ port }: Contestant, body: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: body.replaceAll('%d', '7'),
  });
  return response.text();
}

/** One graph says that ids are Int, another ID: the same to a client that reads them. */
const withTextIds = (text: string): unknown =>
  JSON.parse(text, (key, value: unknown) => (key === 'id' && typeof value === 'number' ? String(value) : value));

async function answersRight(contestant: Contestant, scenario: Scenario): Promise<boolean> {
  const expected = withTextIds(JSON.stringify({ data: scenario.data }));
  return isDeepStrictEqual(withTextIds(await ask(contestant, scenario.body)), expected);
}

async function measure(contestant: Contestant, scenario: Scenario, round: number): Promise<Measurement> {
  const url = `http://127.0.0.1:${contestant.port}/graphql`;
  const count = scenario.upstream === 'rest' ? countCalls : countSubgraphCalls;
  const running = await start(contestant, async () =>
    (await ask(contestant, '{"query":"{ __typename }"}')).includes('"data"'),
  );
  try {
    const right = await answersRight(contestant, scenario);
    const load = { url, body: scenario.body, connections: scenario.connections };
    await runLoad({ ...load, seconds: WARM_SECONDS });
    const [cpuBefore, callsBefore] = [cpuSeconds(running.pids()), await count()];
    const result = await runLoad({ ...load, seconds });
    const cpu = cpuSeconds(running.pids()) - cpuBefore;
    const calls = (await count()) - callsBefore;
    const half = await runHalfLoad({ ...load, seconds }, result);
    return {
      ...{ contestant: contestant.name, title: contestant.title, scenario: scenario.name, round, right },
      ...result,
      halfP50Ms: half.p50Ms,
      halfP99Ms: half.p99Ms,
      cpuMicroseconds: (cpu / result.requests) * 1e6,
      callsPerRequest: calls / result.requests,
      peakMegabytes: peakMegabytes(running.pids()),
    };
  } finally {
    await running.stop();
  }
}

const shuffled = <T>(items: readonly T[]): readonly T[] =>
  items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

mkdirSync(WORK, { recursive: true });
const upstreams = [await startUpstream(), await startSubgraphs()];
const wanted = (all: readonly Contestant[]) => all.filter(({ name }) => values.only.split(',').includes(name));
const scenarios = SCENARIOS.filter(({ name }) => values.scenarios.split(',').includes(name));
if (values.only.includes('hive') && scenarios.some((one) => one.upstream === 'rest')) composeForHive();
const measurements: Measurement[] = [];
for (let round = 1; round <= Number(values.rounds); round += 1) {
  for (const scenario of scenarios) {
    const contestants = scenario.upstream === 'rest' ? REST_CONTESTANTS : FEDERATION_CONTESTANTS;
    for (const contestant of shuffled(wanted(contestants))) {
      try {
        const measured = await measure(contestant, scenario, round);
        measurements.push(measured);
        appendFileSync(values.out, `${JSON.stringify(measured)}\n`);
        console.error(
          `${round} ${scenario.name.padEnd(8)} ${contestant.name.padEnd(15)} ${measured.perSecond.toFixed(0).padStart(7)}/s ` +
            `${measured.cpuMicroseconds.toFixed(0).padStart(6)} us  p50 ${measured.p50Ms} p99 ${measured.p99Ms}  ` +
            `at half p50 ${measured.halfP50Ms.toFixed(1)} p99 ${measured.halfP99Ms.toFixed(1)}  ` +
            `${measured.peakMegabytes.toFixed(0)} MB  ${measured.callsPerRequest.toFixed(2)} calls${measured.right ? '' : '  WRONG ANSWER'}${measured.failed === 0 ? '' : `  ${measured.failed} failed`}`,
        );
      } catch (thrown) {
        console.error(`${contestant.name} is left out: ${String(thrown)}`);
      }
    }
  }
}
for (const upstream of upstreams) await upstream.stop();
printReport(measurements);
for (const [name, file] of PROGRAMS) {
  if (!values.scenarios.split(',').includes(name)) continue;
  console.log(`\n### ${name}\n`);
  spawnSync(process.execPath, [`${BENCH}/${file}`], { stdio: ['ignore', 'inherit', 'inherit'] });
}
