// @about: an empty reason of exec.test.abort is one
import exec from 'k6/execution';

export default function () {
  exec.test.abort('');
}
