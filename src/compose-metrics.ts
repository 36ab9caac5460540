// What the hub counts, gathered for /metrics. Called by compose.ts.
import type { Lasting } from './compose-events.ts';
import type { HubConfig } from './config/hub-config.ts';
import type { NamedSource } from './config/source-kind.ts';
import type { LogFigures } from './events/log/measure-log.ts';
import { fromCursor } from './events/log/cursor.ts';
import { startMetricsServer, type MetricsServer } from './server/metrics-server.ts';
import type { Logger } from './telemetry/logger.ts';
import { toPrometheusText, type MetricFamily, type MetricSample } from './telemetry/prometheus-text.ts';

/**
 * Serves them where `server.metrics` says so. @param sources those that are configured now.
 * Rejects with HUB_CONFIG_PORT_IN_USE or HUB_CONFIG_INVALID.
 */
export async function startMetrics(
  { server: { metrics } }: HubConfig,
  lasting: Lasting,
  logger: Logger,
  sources: () => readonly NamedSource[],
): Promise<MetricsServer | undefined> {
  return (
    metrics &&
    startMetricsServer(
      metrics,
      () =>
        readMetrics(
          lasting,
          sources().map(({ name }) => name),
        ),
      logger,
    )
  );
}

async function readMetrics(lasting: Lasting, sources: readonly string[]): Promise<string> {
  const log = await measured(lasting);
  return toPrometheusText([
    ...ofSources(lasting, sources),
    ...ofDeliveries(lasting),
    ...(await ofSubscribers(lasting, log)),
    ...ofStore(lasting, log),
    ...ofProcess(),
  ]);
}

/** Undefined while the database is away, and where there is none. */
async function measured({ state: { store } }: Lasting): Promise<LogFigures | undefined> {
  if (store === undefined) return undefined;
  const { measureLog } = await import('./events/log/measure-log.ts');
  return measureLog(store).catch(() => undefined);
}

function ofSources({ snapshotOf }: Lasting, sources: readonly string[]): readonly MetricFamily[] {
  const all = sources.map((source) => ({ source, stats: snapshotOf(source) }));
  const samples = (value: (stats: (typeof all)[number]['stats']) => number): readonly MetricSample[] =>
    all.map(({ source, stats }) => ({ labels: { source }, value: value(stats) }));
  const latencies = all.flatMap(({ source, stats: { p50Ms, p99Ms } }) =>
    p50Ms === null || p99Ms === null
      ? []
      : [
          { labels: { source, quantile: '0.5' }, value: p50Ms / 1_000 },
          { labels: { source, quantile: '0.99' }, value: p99Ms / 1_000 },
        ],
  );
  return [
    counter(
      'manifold_source_calls_total',
      'Calls made to the source.',
      samples(({ calls }) => calls),
    ),
    counter(
      'manifold_source_failures_total',
      'Those that failed.',
      samples(({ failures }) => failures),
    ),
    gauge('manifold_source_up', '0 while the circuit breaker is open.', samples(({ health }) => (health === 'down' ? 0 : 1))), // prettier-ignore
    gauge('manifold_source_latency_seconds', 'Of the last 1,024 calls.', latencies),
  ];
}

function ofDeliveries({ deliveries }: Lasting): readonly MetricFamily[] {
  const samples = deliveries().map(({ webhook, outcome, count }) => ({ labels: { webhook, outcome }, value: count }));
  return [counter('manifold_webhook_deliveries_total', 'Deliveries by what became of them.', samples)];
}

/** Events between each subscriber's place and the newest one; there are too many subscribers for a series each. */
async function ofSubscribers(
  { state, positions }: Lasting,
  log: LogFigures | undefined,
): Promise<readonly MetricFamily[]> {
  const places = positions();
  const subscribers = gauge('manifold_subscribers', 'Subscriptions of the event log that are open.', [{ value: places.length }]); // prettier-ignore
  const head = log?.head ?? (await state.log.tail().then((cursor) => fromCursor(cursor).position, () => undefined)); // prettier-ignore
  if (head === undefined || places.length === 0) return [subscribers];
  const lags = places.map((place) => Math.max(0, head - place)).reverse();
  const samples = [0.5, 0.9, 0.99, 1].map((quantile) => ({
    labels: { quantile: String(quantile) },
    value: lags[Math.max(0, Math.ceil(lags.length * quantile) - 1)] ?? 0,
  }));
  return [
    subscribers,
    gauge('manifold_subscriber_lag_events', 'Events that subscribers have yet to read; quantile 1 is the slowest.', samples), // prettier-ignore
  ];
}

function ofStore({ state: { store } }: Lasting, log: LogFigures | undefined): readonly MetricFamily[] {
  if (store === undefined) return [];
  const up = gauge('manifold_event_store_up', '0 while the database cannot be used.', [{ value: log === undefined ? 0 : 1 }]); // prettier-ignore
  if (log === undefined) return [up];
  const age = log.oldestAt === undefined ? [] : [{ value: Math.max(0, Date.now() - log.oldestAt) / 1_000 }];
  const ofRules = (value: (rule: LogFigures['rules'][number]) => number): readonly MetricSample[] =>
    log.rules.map((rule) => ({ labels: { rule: rule.rule }, value: value(rule) }));
  return [
    up,
    counter('manifold_event_log_appended_total', 'Events that the log was given since it was made.', [{ value: log.head }]), // prettier-ignore
    gauge('manifold_event_log_events', 'Events that the log holds.', [{ value: log.events }]),
    gauge('manifold_event_log_bytes', 'What they take in the database.', [{ value: log.bytes }]),
    gauge('manifold_event_log_oldest_age_seconds', 'Age of the oldest of them.', age),
    gauge('manifold_dead_letters', 'Deliveries that became no event and were not replayed.', [{ value: log.deadLetters }]), // prettier-ignore
    gauge('manifold_sync_lag_events', 'Events since the oldest one that the rule has not done with.', ofRules(({ behind }) => behind)), // prettier-ignore
    gauge(
      'manifold_sync_runs_waiting',
      'Runs of the rule that are not over.',
      ofRules(({ waiting }) => waiting),
    ),
    gauge(
      'manifold_sync_runs_dead',
      'Runs of the rule that were given up.',
      ofRules(({ dead }) => dead),
    ),
  ];
}

function ofProcess(): readonly MetricFamily[] {
  const { user, system } = process.cpuUsage();
  return [
    counter('process_cpu_seconds_total', 'Processor time.', [{ value: (user + system) / 1e6 }]),
    gauge('process_resident_memory_bytes', 'Resident memory.', [{ value: process.memoryUsage.rss() }]),
    gauge('process_start_time_seconds', 'When the process began.', [{ value: Math.round(Date.now() / 1_000 - process.uptime()) }]), // prettier-ignore
  ];
}

function counter(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, type: 'counter', help, samples };
}

function gauge(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, type: 'gauge', help, samples };
}
