// 500 websocket subscribers who are all sent every event: `node bench/websockets.ts [events per second] [seconds]`.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { cpuSeconds, peakMegabytes } from './processes.ts';
import { postPaced, quantile, startWebhookHub, SUBSCRIPTION } from './webhook-hub.ts';

const [perSecond = '20', seconds = '10'] = process.argv.slice(2);
const SUBSCRIBERS = 500;

const hub = await startWebhookHub('memory');
let lags: number[] = [];
const clients = Array.from({ length: SUBSCRIBERS }, () => {
  const client = createClient({ url: `${hub.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  client.subscribe<{ syncEvents: { occurredAt: string } }>(
    { query: SUBSCRIPTION },
    {
      next: ({ data }) => void lags.push(Date.now() - Date.parse(data?.syncEvents.occurredAt ?? '')),
      error: (error) => console.error('bench: a subscription failed', error),
      complete: () => undefined,
    },
  );
  return client;
});
// Until everyone has had one event, somebody may still be connecting.
for (let warm = 0; lags.length < SUBSCRIBERS || warm < 50; warm += 1) {
  lags = [];
  await hub.post(`w-${warm}`);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
lags = [];
const cpuBefore = cpuSeconds([hub.pid]);
const expected = SUBSCRIBERS * (await postPaced(hub, Number(perSecond), Number(seconds)));
const giveUpAt = performance.now() + 10_000;
while (lags.length < expected && performance.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 20));
const cpu = ((cpuSeconds([hub.pid]) - cpuBefore) / lags.length) * 1e6;
console.log('| subscribers | events/s | messages of those due | CPU µs per message | p50 ms | p99 ms | peak MB |');
console.log('|---|---|---|---|---|---|---|');
console.log(
  `| ${SUBSCRIBERS} | ${perSecond} | ${lags.length} of ${expected} | ${cpu.toFixed(1)} | ${quantile(lags, 0.5)} | ${quantile(lags, 0.99)} | ${peakMegabytes([hub.pid]).toFixed(0)} |`,
);
for (const client of clients) await client.dispose();
await hub.stop();
