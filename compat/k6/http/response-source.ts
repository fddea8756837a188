/**
 * Makes responses inside the sandbox realm.
 *
 * A closed function: its text is evaluated in the realm, see `src/vu/realm-source/core.ts`. Plain objects of one shape are
 * the fastest that the engine has, so nothing in them is lazy but what seldom anyone looks at.
 */

/** Members in the order in which k6 shows them. */
export interface ResponseParts {
  remoteIp: string;
  remotePort: number;
  url: string;
  status: number;
  statusText: string;
  proto: string;
  headers: object;
  cookies: object;
  body: unknown;
  duration: number;
  blocked: number;
  connecting: number;
  tlsHandshaking: number;
  sending: number;
  waiting: number;
  receiving: number;
  tlsVersion: string;
  tlsCipherSuite: string;
  ocspStatus: string;
  error: string;
  errorCode: number;
  request: object | null;
}

export interface ResponseMaker {
  response(parts: ResponseParts): object;
  /** An object with these names and values, in turn; `copy` makes further ones. */
  headers(list: readonly string[]): object;
  copy(object: object): object;
  /** @param headers Names and values in turn. @param cookies The same. @param body A function is asked when the member is read. */
  request(
    method: string,
    url: string,
    headers: readonly string[],
    cookies: readonly string[],
    body: string | (() => string),
  ): object;
}

export function installResponses(clickLink: unknown, html: unknown, json: unknown, submitForm: unknown): ResponseMaker {
  /** Names come from the network: `__proto__` is one like any other. */
  const put = (object: object, name: string, value: unknown): void => {
    if (name !== "__proto__") (object as Record<string, unknown>)[name] = value;
    else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  };
  return {
    response: (parts) => ({
      remote_ip: parts.remoteIp,
      remote_port: parts.remotePort,
      url: parts.url,
      status: parts.status,
      status_text: parts.statusText,
      proto: parts.proto,
      headers: parts.headers,
      cookies: parts.cookies,
      body: parts.body,
      timings: {
        duration: parts.duration,
        blocked: parts.blocked,
        looking_up: 0,
        connecting: parts.connecting,
        tls_handshaking: parts.tlsHandshaking,
        sending: parts.sending,
        waiting: parts.waiting,
        receiving: parts.receiving,
      },
      tls_version: parts.tlsVersion,
      tls_cipher_suite: parts.tlsCipherSuite,
      ocsp: {
        produced_at: 0,
        this_update: 0,
        next_update: 0,
        revoked_at: 0,
        revocation_reason: "",
        status: parts.ocspStatus,
      },
      error: parts.error,
      error_code: parts.errorCode,
      request: parts.request,
      clickLink,
      html,
      json,
      submitForm,
    }),
    headers(list) {
      const object: Record<string, string> = {};
      for (let i = 0; i < list.length; i += 2) put(object, list[i]!, list[i + 1]!);
      return object;
    },
    copy: (object) => ({ ...object }),
    request(method, url, headerList, cookieList, body) {
      const headers: Record<string, string[]> = {};
      for (let i = 0; i < headerList.length; i += 2) put(headers, headerList[i]!, [headerList[i + 1]!]);
      const cookies: Record<string, object[]> = {};
      for (let i = 0; i < cookieList.length; i += 2) {
        const name = cookieList[i]!;
        if (!Object.hasOwn(cookies, name)) put(cookies, name, []);
        cookies[name]!.push({ name, value: cookieList[i + 1]!, replace: false });
      }
      if (typeof body === "string") return { method, url, headers, body, cookies };
      const request = { method, url, headers, body: "", cookies };
      Object.defineProperty(request, "body", {
        get: () => body(),
        set: (value: unknown) =>
          Object.defineProperty(request, "body", { value, writable: true, enumerable: true, configurable: true }),
        enumerable: true,
        configurable: true,
      });
      return request;
    },
  };
}
