// Measurements → a table per scenario: medians over the rounds, and each figure against the hub's.
export interface Measurement {
  readonly contestant: string;
  readonly title: string;
  readonly scenario: string;
  readonly round: number;
  /** Whether its answer was the expected one. */
  readonly right: boolean;
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** At half of `perSecond`. */
  readonly halfP50Ms: number;
  readonly halfP99Ms: number;
  readonly failed: number;
  /** CPU time of the contestant per request. */
  readonly cpuMicroseconds: number;
  readonly callsPerRequest: number;
  readonly peakMegabytes: number;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};

const whole = (value: number): string => Math.round(value).toLocaleString('en');

export function printReport(measurements: readonly Measurement[]): void {
  for (const [scenario, all] of Map.groupBy(measurements, (one) => one.scenario)) {
    console.log(`\n### ${scenario}\n`);
    console.log(
      '| | requests/s | CPU µs per request | p50 ms | p99 ms | p50 ms at half the rate | p99 ms at half the rate | peak MB | upstream calls per request |',
    );
    console.log('|---|---|---|---|---|---|---|---|---|');
    const rows = [...Map.groupBy(all, (one) => one.contestant).values()].map((rounds) => {
      const of = (field: Exclude<keyof Measurement, 'contestant' | 'title' | 'scenario' | 'right'>) =>
        median(rounds.map((one) => one[field]));
      const wrong = rounds.some((one) => !one.right || one.failed > 0) ? ' (wrong or failed answers)' : '';
      return {
        rate: of('perSecond'),
        line: `| ${rounds[0]?.title ?? ''}${wrong} | ${whole(of('perSecond'))} | ${whole(of('cpuMicroseconds'))} | ${of('p50Ms').toFixed(1)} | ${of('p99Ms').toFixed(1)} | ${of('halfP50Ms').toFixed(2)} | ${of('halfP99Ms').toFixed(2)} | ${whole(of('peakMegabytes'))} | ${of('callsPerRequest').toFixed(2)} |`,
      };
    });
    for (const { line } of rows.sort((a, b) => b.rate - a.rate)) console.log(line);
  }
}
