// Rounds of load: wrk with a fixed number of connections, each sending the next request when it has its answer, or some
// time later.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { WORK } from './places.ts';

export interface Load {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  /** JSON body of every request; `%d` in it is another number each time. */
  readonly body: string;
  /** How long a connection pauses between an answer and its next request: twice that at most, at random. None by default. */
  readonly pauseMs?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers with another status than 2xx and 3xx, and failures of the connection. */
  readonly failed: number;
}

const UNITS = { us: 1e-3, ms: 1, s: 1e3, m: 6e4 } as const;

export async function runLoad({ url, seconds, connections, body, pauseMs = 0 }: Load): Promise<LoadResult> {
  const script = `${WORK}/load.lua`;
  writeFileSync(script, luaOf(body) + (pauseMs === 0 ? '' : pauseOf(pauseMs)));
  const args = ['-t2', `-c${connections}`, `-d${seconds}s`, '--latency', '--timeout', '20s', '-s', script, url];
  const child = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString('utf8')));
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const find = (pattern: RegExp): string | undefined => pattern.exec(output)?.[1];
  const count = (pattern: RegExp): number => Number(find(pattern) ?? 0);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)?.slice(1) ?? [];
  return {
    requests: count(/(\d+) requests in/),
    perSecond: count(/Requests\/sec:\s+([\d.]+)/),
    p50Ms: milliseconds(find(/^ +50% +(\S+)$/m)),
    p99Ms: milliseconds(find(/^ +99% +(\S+)$/m)),
    failed: count(/Non-2xx or 3xx responses: (\d+)/) + errors.reduce((sum, one) => sum + Number(one), 0),
  };
}

function luaOf(body: string): string {
  const head = 'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n';
  if (!body.includes('%d')) return `${head}wrk.body = [==[${body}]==]\n`;
  return `${head}local threads = 0
function setup(thread) thread:set("first", threads * 500000000) threads = threads + 1 end
local count = 0
function request()
  count = count + 1
  return wrk.format(nil, nil, nil, (string.gsub([==[${body}]==], "%%d", tostring((first + count) % 1000000007))))
end
`;
}

/** wrk takes whole milliseconds. */
const pauseOf = (ms: number): string =>
  `function delay() return math.random(0, ${Math.max(1, Math.round(2 * ms))}) end\n`;

/** The same at half of a rate: the pauses that make it so are found in a first round. */
export async function runHalfLoad(load: Load, full: LoadResult): Promise<LoadResult> {
  const perSecond = full.perSecond / 2;
  const first = (load.connections / perSecond) * 1_000 - full.p50Ms / 2;
  const tried = await runLoad({ ...load, seconds: 1, pauseMs: first });
  return runLoad({ ...load, pauseMs: (first * tried.perSecond) / perSecond });
}

function milliseconds(text: string | undefined): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s|m)$/.exec(text ?? '') ?? [];
  return value === undefined ? NaN : Number(value) * UNITS[unit as keyof typeof UNITS];
}
