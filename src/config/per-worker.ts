// A hub's configuration → the configuration of one of its workers: budgets are for all of them together.
import type { HubConfig } from './hub-config.ts';

/** Nobody's share is nothing. */
export function perWorker(config: HubConfig, workers: number): HubConfig {
  const share = (budget: number): number => Math.max(1, Math.ceil(budget / workers));
  const { store } = config.state;
  return {
    ...config,
    cache: { ...config.cache, maxBytes: share(config.cache.maxBytes) },
    state:
      typeof store === 'object'
        ? {
            ...config.state,
            store: { postgres: { ...store.postgres, maxConnections: share(store.postgres.maxConnections) } },
          }
        : config.state,
    sources: config.sources.map((source) => ({
      ...source,
      settings: { ...source.settings, concurrency: share(source.settings.concurrency) },
    })),
  };
}
