/** Stands in for jslib.k6.io/httpx, every version: k6/http with a base URL, headers and tags that all requests share. */
import http from "k6/http";

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

/** What the tag http.url`...` makes. */
const isTagged = (url) => typeof url === "object" && url !== null && "url" in url && "name" in url && "clean_url" in url;

export class Request {
  constructor(method, url, params) {
    const { body = null, ...rest } = params ?? {};
    this.method = method;
    this.url = url;
    this.body = body || null;
    this.params = rest;
    if (isTagged(url)) {
      this.url = url.url;
      this.addTag("name", url.name);
    }
  }
  addHeader(name, value) {
    this.params.headers = { ...this.params.headers, [name]: value };
    return this;
  }
  addTag(name, value) {
    this.params.tags = { ...this.params.tags, [name]: value };
    return this;
  }
}

export class Get extends Request {
  constructor(url, params) {
    super("GET", url, params);
  }
}
export class Head extends Request {
  constructor(url, params) {
    super("HEAD", url, params);
  }
}
export class Post extends Request {
  constructor(url, params) {
    super("POST", url, params);
  }
}
export class Put extends Request {
  constructor(url, params) {
    super("PUT", url, params);
  }
}
export class Delete extends Request {
  constructor(url, params) {
    super("DELETE", url, params);
  }
}
export class Connect extends Request {
  constructor(url, params) {
    super("CONNECT", url, params);
  }
}
export class Options extends Request {
  constructor(url, params) {
    super("OPTIONS", url, params);
  }
}
export class Trace extends Request {
  constructor(url, params) {
    super("TRACE", url, params);
  }
}
export class Patch extends Request {
  constructor(url, params) {
    super("PATCH", url, params);
  }
}

/** The second parameters over the first; headers and tags of both. */
function merged(first, second) {
  return {
    ...first,
    ...second,
    headers: { ...first?.headers, ...second?.headers },
    tags: { ...first?.tags, ...second?.tags },
  };
}

export class Httpx {
  constructor(options = {}) {
    const {
      baseURL = "",
      errorMetric = null,
      errorMetricCondition = (response) => response.status >= 200 && response.status <= 399,
      headers = {},
      tags = {},
      ...params
    } = options;
    this.baseURL = baseURL;
    this.errorMetric = errorMetric;
    this.errorMetricCondition = errorMetricCondition;
    this.k6params = { headers: { ...headers }, tags: { ...tags }, ...params };
    this.lastRequest = { responseObject: null, responseChainDuration: null };
  }

  /** Milliseconds from the last request's start to the end of its last redirection. */
  get lastRequestChainDuration() {
    return this.lastRequest.responseChainDuration;
  }

  setBaseUrl(baseURL) {
    this.baseURL = baseURL;
  }
  addHeader(name, value) {
    this.k6params.headers[name] = value;
  }
  addHeaders(headers) {
    Object.assign(this.k6params.headers, headers);
  }
  clearHeader(name) {
    delete this.k6params.headers[name];
  }
  addTag(name, value) {
    this.k6params.tags[name] = value;
  }
  addTags(tags) {
    Object.assign(this.k6params.tags, tags);
  }
  clearTag(name) {
    delete this.k6params.tags[name];
  }

  /** Method, address, body and parameters for k6/http. */
  prepare(caller, method, url, body, givenParams) {
    if (method === undefined || url === undefined) {
      throw new Error(`Invalid number of arguments for ${caller}(). Provide at least Method and URL.`);
    }
    if (!METHODS.includes(method)) throw new Error(`Invalid method: ${method}. Expected one of ${METHODS}`);
    const params = merged(this.k6params, givenParams);
    let address = url;
    if (isTagged(url)) {
      params.tags.name = url.name;
      address = url.url;
    }
    if (!String(address).startsWith("http")) address = this.baseURL + address;
    return [method, address, body, params];
  }

  request(method, url, body, params) {
    const prepared = this.prepare("request", method, url, body, params);
    const start = Date.now();
    const response = http.request(...prepared);
    this.finish(response, start);
    if (this.errorMetric) {
      const isExpected = prepared[3].expect || this.errorMetricCondition;
      this.errorMetric.add(!isExpected(response));
    }
    return response;
  }
  asyncRequest(method, url, body, params) {
    return http.asyncRequest(...this.prepare("asyncRequest", method, url, body, params));
  }
  execute(request) {
    return this.request(request.method, request.url, request.body, request.params);
  }

  /** Requests as `Request` objects or as `[method, path, body, params]`; `shared` is for all of them. */
  batch(requests, shared) {
    const prepared = requests.map((request) => {
      const [method, url, body, params] = Array.isArray(request)
        ? request
        : [request.method, request.url, request.body, request.params];
      return [method, this.baseURL + url, body || null, merged(this.k6params, merged(shared, params))];
    });
    const start = Date.now();
    const responses = http.batch(prepared);
    this.finish(responses, start);
    return responses;
  }

  finish(response, start) {
    this.lastRequest.responseObject = response;
    this.lastRequest.responseChainDuration = Date.now() - start;
  }

  get(url, body, params) {
    return this.request("GET", url, body, params);
  }
  head(url, body, params) {
    return this.request("HEAD", url, body, params);
  }
  post(url, body, params) {
    return this.request("POST", url, body, params);
  }
  put(url, body, params) {
    return this.request("PUT", url, body, params);
  }
  delete(url, body, params) {
    return this.request("DELETE", url, body, params);
  }
  connect(url, body, params) {
    return this.request("CONNECT", url, body, params);
  }
  options(url, body, params) {
    return this.request("OPTIONS", url, body, params);
  }
  trace(url, body, params) {
    return this.request("TRACE", url, body, params);
  }
  patch(url, body, params) {
    return this.request("PATCH", url, body, params);
  }

  asyncGet(url, body, params) {
    return this.asyncRequest("GET", url, body, params);
  }
  asyncHead(url, body, params) {
    return this.asyncRequest("HEAD", url, body, params);
  }
  asyncPost(url, body, params) {
    return this.asyncRequest("POST", url, body, params);
  }
  asyncPut(url, body, params) {
    return this.asyncRequest("PUT", url, body, params);
  }
  asyncDelete(url, body, params) {
    return this.asyncRequest("DELETE", url, body, params);
  }
  asyncConnect(url, body, params) {
    return this.asyncRequest("CONNECT", url, body, params);
  }
  asyncOptions(url, body, params) {
    return this.asyncRequest("OPTIONS", url, body, params);
  }
  asyncTrace(url, body, params) {
    return this.asyncRequest("TRACE", url, body, params);
  }
  asyncPatch(url, body, params) {
    return this.asyncRequest("PATCH", url, body, params);
  }
}
