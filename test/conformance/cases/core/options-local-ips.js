// @about: exec.test.options shows what only flags can set
// @args: --local-ips 127.0.0.1-127.0.0.3 --console-output console.txt
// @files: console.txt
// @ignore: files~time
import exec from 'k6/execution';

export default function () {
  const { localIPs, consoleOutput } = exec.test.options;
  console.log(localIPs, consoleOutput);
}
