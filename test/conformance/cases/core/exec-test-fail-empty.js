// @about: an empty reason of exec.test.fail is one, none is none
import exec from 'k6/execution';

export default function () {
  exec.test.fail('');
  exec.test.fail();
  exec.test.fail(null);
  exec.test.fail(0);
}
