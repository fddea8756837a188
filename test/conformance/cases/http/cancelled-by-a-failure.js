// A request that is under way when the iteration fails: its promise is settled, with nothing measured.
import http from 'k6/http';
export default function () {
  http
    .asyncRequest('GET', `${__ENV.HTTP_URL}/delay/1`)
    .then((answer) => console.log(answer.status, answer.error, answer.error_code, answer.request.method));
  throw new Error('enough');
}
