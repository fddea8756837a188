// @about: a URL without a host name has nothing to look up
import http from 'k6/http';

export default function () {
  for (const url of ['http://:7304/api', 'http://@:7304/x', 'http:///api']) {
    const res = http.get(url);
    console.log(url, res.status, res.error_code, res.error);
  }
}
