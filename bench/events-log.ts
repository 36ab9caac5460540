// How fast the log is: `node bench/events-log.ts [sqlite|postgres] [seconds] [appends per second]`. Appends by many callers
// at once, as fast as they can or at a steady pace, and 1,000 readers that follow, each one entity; DATABASE_URL says where
// PostgreSQL is.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStoreEventLog } from '../src/events/log/store-event-log.ts';
import { createMemoryBus } from '../src/events/memory-bus.ts';
import { createEmbeddedStore } from '../src/events/store/embedded-store.ts';
import { createPostgresStore } from '../src/events/store/postgres-store.ts';
import { tailEvents } from '../src/events/tail-events.ts';

const [kind = 'sqlite', seconds = '8', pace = 'Infinity'] = process.argv.slice(2);
const READERS = 1_000;
const CALLERS = 1_000;
const url = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const folder = await mkdtemp(join(tmpdir(), 'events-log-'));
const schema = `bench_${randomBytes(4).toString('hex')}`;
const store = kind === 'postgres' ? createPostgresStore({ url, schema }) : await createEmbeddedStore(folder);
const log = createStoreEventLog({ store, maxEvents: 10_000_000 });
const bus = createMemoryBus();
const payload = { lines: Array.from({ length: 4 }, (_, index) => ({ sku: `S-${index}`, quantity: index })) };

async function measure(readers: number): Promise<void> {
  const stop = new AbortController();
  let read = 0;
  const lags: number[] = [];
  const reading = Array.from({ length: readers }, async (_, reader) => {
    const filter = (event: { readonly key: Readonly<Record<string, unknown>> }) => event.key.id === String(reader);
    const interest = { type: 'T', key: ['id', String(reader)] } as const;
    for await (const { events } of tailEvents(log, bus, { signal: stop.signal, filter, interest })) {
      read += events.length;
      for (const { occurredAt = '' } of events) lags.push(Date.now() - Date.parse(occurredAt));
    }
  });
  await log.tail();
  const until = performance.now() + Number(seconds) * 1_000;
  let appended = 0;
  let peak = 0;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const append = async (): Promise<void> => {
    const id = String((appended += 1) % READERS);
    const occurredAt = new Date().toISOString();
    await log.append([{ source: 's', type: 'T', operation: 'UPDATED', key: { id }, payload, occurredAt }]);
    bus.publish();
    if (Math.random() < 0.001) peak = Math.max(peak, process.memoryUsage().rss);
  };
  const calling = new Set<Promise<void>>();
  while (performance.now() < until) {
    const due = Math.min(((performance.now() - startedAt) / 1_000) * Number(pace), appended + CALLERS - calling.size);
    while (appended < due) {
      const call = append();
      calling.add(call);
      void call.then(() => calling.delete(call));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(calling);
  const elapsed = (performance.now() - startedAt) / 1_000;
  const caughtUp = performance.now() + 20_000;
  while (readers > 0 && read < appended && performance.now() < caughtUp) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpu = Math.round((user + system) / appended);
  stop.abort();
  await Promise.all(reading);
  lags.sort((a, b) => a - b);
  const at = (share: number) => lags[Math.floor(lags.length * share)] ?? 0;
  const fed = readers === 0 ? '' : `, ${readers} readers got ${read} of them, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
  console.log(
    `${kind}: ${Math.round(appended / elapsed)} events/s appended${fed}, ${cpu} µs of CPU each, ${Math.round(peak / 1e6)} MB`,
  );
}

await measure(0);
await measure(READERS);
const db = await store.open();
if (kind === 'postgres') await db.schema.dropSchema(schema).cascade().execute();
await store.close();
await rm(folder, { recursive: true, force: true });
