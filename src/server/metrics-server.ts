// GET /metrics on an address of its own, so that who may call the hub need not be who may see how it is doing.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerSettings } from '../config/server-settings.ts';
import { HubFault, toHubFault } from '../faults/hub-fault.ts';
import { METRICS_TYPE } from '../telemetry/prometheus-text.ts';
import type { Logger } from '../telemetry/logger.ts';

// An ES import of node:http reads all that it exports, for which Node loads its whole fetch: 14 MB.
const { createServer } = createRequire(import.meta.url)('node:http') as typeof http;

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @param read asked once at a time, however many scrape. Rejects with HUB_CONFIG_PORT_IN_USE or HUB_CONFIG_INVALID. */
export async function startMetricsServer(
  { host, port }: NonNullable<ServerSettings['metrics']>,
  read: () => Promise<string>,
  logger: Logger,
): Promise<MetricsServer> {
  let reading: Promise<string> | undefined;
  const text = () => (reading ??= read().finally(() => (reading = undefined)));
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    text().then(
      (body) => response.writeHead(200, { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' }).end(body),
      (thrown: unknown) => {
        logger.error({ err: toHubFault(thrown) }, 'metrics could not be read');
        response.writeHead(500).end();
      },
    );
  });
  server.listen(port, host);
  await once(server, 'listening').catch((thrown: unknown) => {
    const code = (thrown as { readonly code?: string }).code === 'EADDRINUSE' ? 'HUB_CONFIG_PORT_IN_USE' : 'HUB_CONFIG_INVALID'; // prettier-ignore
    throw new HubFault(code, `metrics cannot be served on ${host}:${port}: check server.metrics`, { cause: thrown });
  });
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}/metrics`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
