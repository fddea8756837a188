// @about: flags with nothing: some are not set, some are an empty list
// @args: --dns= --blacklist-ip= --block-hostnames= --local-ips= --console-output= --summary-time-unit= --execution-segment= --summary-export=
import exec from 'k6/execution';

export const options = { blacklistIPs: ['10.0.0.0/8'], blockHostnames: ['a.test'] };

export default function () {
  const { dns, blacklistIPs, blockHostnames, localIPs, consoleOutput, summaryTimeUnit, executionSegment } =
    exec.test.options;
  console.log(
    JSON.stringify([dns, blacklistIPs, blockHostnames, localIPs, consoleOutput, summaryTimeUnit, executionSegment]),
  );
}
