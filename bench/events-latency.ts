// From a webhook to a subscriber, over the wire: `node bench/events-latency.ts [embedded|postgres] [per second] [seconds]`.
// A hub of its own, one event stream, signed deliveries at a steady pace.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { postPaced, quantile, startWebhookHub, SUBSCRIPTION } from './webhook-hub.ts';

const [kind = 'embedded', perSecond = '500', seconds = '10'] = process.argv.slice(2);
const schema = `bench_${randomBytes(4).toString('hex')}`;
const database = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const hub = await startWebhookHub(
  kind === 'postgres' ? `{ postgres: { url: "${database}", schema: ${schema} } }` : 'embedded',
);

const lags: number[] = [];
const stop = new AbortController();
const query = encodeURIComponent(SUBSCRIPTION);
const stream = await fetch(`${hub.url}/graphql/stream?query=${query}`, { signal: stop.signal });
const reading = (async () => {
  let text = '';
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const sent = /"occurredAt":"([^"]+)"/.exec(line)?.[1];
      if (sent !== undefined) lags.push(Date.now() - Date.parse(sent));
    }
  }
})().catch(() => undefined);

for (let warm = 0; warm < 300; warm += 1) await hub.post(`w-${warm}`);
lags.length = 0;
const total = await postPaced(hub, Number(perSecond), Number(seconds));
await new Promise((resolve) => setTimeout(resolve, 500));
stop.abort();
await reading;
console.log(
  `${kind}: ${lags.length} of ${total} at ${perSecond}/s: p50 ${quantile(lags, 0.5)} ms, p99 ${quantile(lags, 0.99)} ms, most ${quantile(lags, 0.9999)} ms`,
);
await hub.stop();
if (kind === 'postgres') {
  const client = new Client({ connectionString: database });
  await client.connect();
  await client.query(`drop schema if exists ${schema} cascade`);
  await client.end();
}
