// @about: a variable with nothing in it is an empty list for options that are lists, and not set for others
// @sysenv: K6_BLACKLIST_IPS=
// @sysenv: K6_SYSTEM_TAGS=
// @sysenv: K6_SUMMARY_TREND_STATS=
// @sysenv: K6_BLOCK_HOSTNAMES=
// @sysenv: K6_OUT=
// @sysenv: K6_SUMMARY_EXPORT=
// @stdout: loose
import { Trend } from 'k6/metrics';
import exec from 'k6/execution';

export const options = {
  blacklistIPs: ['10.0.0.0/8'],
  systemTags: ['vu'],
  summaryTrendStats: ['avg'],
  blockHostnames: ['a.test'],
};

const trend = new Trend('some');

export default function () {
  trend.add(1);
  const { blacklistIPs, systemTags, summaryTrendStats, blockHostnames } = exec.test.options;
  console.log(JSON.stringify({ blacklistIPs, systemTags, summaryTrendStats, blockHostnames }));
}
