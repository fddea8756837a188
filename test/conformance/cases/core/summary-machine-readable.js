// @about: the summary in its new machine-readable form
// @args: --new-machine-readable-summary
import { check, group } from 'k6';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';

const counter = new Counter('my_counter');
const gauge = new Gauge('my_gauge');
const rate = new Rate('my_rate');
const trend = new Trend('my_trend', true);

export const options = { iterations: 2, thresholds: { 'my_counter{kind:a}': ['count>0'], my_trend: ['p(95)<100'] } };

export default function () {
  counter.add(2, { kind: 'a' });
  gauge.add(3);
  rate.add(1);
  trend.add(5);
  group('outer', () => check(1, { one: (value) => value === 1, two: () => false }));
}

export function handleSummary(data) {
  const { config, metadata, results, version } = JSON.parse(JSON.stringify(data));
  console.log(version, metadata.k6_version, Object.keys(metadata).sort().join());
  console.log(typeof config.duration, config.execution, config.script.length > 100, Object.keys(config).sort().join());
  console.log(JSON.stringify(results.checks.metrics));
  console.log(JSON.stringify(results.checks.results));
  for (const metric of [...results.metrics].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name, type, contains, values } = metric;
    const shown = name === 'iteration_duration' ? Object.keys(values).sort().join() : JSON.stringify(values);
    console.log(name, type, contains, shown);
  }
  return {};
}
