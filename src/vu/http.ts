/**
 * HTTP of a thread's VUs: one client from the options of the test, and for each VU its own connections.
 */
import type { BatchEntry } from "../net/batch.ts";
import { type RemoteHttpAnswer, remoteHttpCall, takeRemoteAnswer } from "../net/remote-http.ts";
import { HttpClient, type HttpClientConfig, type HttpResult, type HttpSession } from "../net/request.ts";
import { networkOf } from "./network.ts";
import type { VuRuntime } from "./runtime.ts";
import type { Vu } from "./vu.ts";

const clients = new WeakMap<VuRuntime, HttpClient>();

/** Made when a request is first asked for; the options are known by then. */
export function httpClientOf(runtime: VuRuntime): HttpClient {
  let client = clients.get(runtime);
  if (client === undefined) {
    client = new HttpClient({ ...clientConfig(runtime), environment: runtime.environment }, networkOf(runtime));
    clients.set(runtime, client);
  }
  return client;
}

function clientConfig(runtime: VuRuntime): HttpClientConfig {
  const { options } = runtime;
  const { settings } = networkOf(runtime);
  const { environment: _own, ...tls } = settings.tls;
  const config: HttpClientConfig = { tls, dns: settings.dns };
  if (options.hosts !== undefined) config.hosts = options.hosts;
  if (options.blacklistIPs !== undefined) config.blacklistIPs = options.blacklistIPs;
  if (options.blockHostnames !== undefined) config.blockHostnames = options.blockHostnames;
  if (options.userAgent !== undefined) config.userAgent = options.userAgent;
  if (options.noConnectionReuse !== undefined) config.noConnectionReuse = options.noConnectionReuse;
  if (options.batch !== undefined) config.idleConnectionsMax = options.batch;
  if (options.batchPerHost !== undefined) config.idleConnectionsPerHostMax = options.batchPerHost;
  if (options.rps) config.requestsPerSecond = options.rps / runtime.threadCount;
  return config;
}

const SESSION = {};

/** The connections of a VU. */
export const httpSessionOf = (vu: Vu): HttpSession => vu.slot(SESSION, () => openSession(vu));

function openSession(vu: Vu): HttpSession {
  const { runtime } = vu;
  const localIp = networkOf(runtime).localIpOf(vu);
  const session = httpClientOf(runtime).openSession(localIp === undefined ? {} : { localIp });
  if (runtime.options.noVUConnectionReuse) (vu.extend().afterIteration ??= new Set()).add(() => session.closeIdle());
  return session;
}

/** Adds what a session has sent and received to the VU's traffic. */
export function takeTraffic(vu: Vu, session: HttpSession): void {
  vu.addTraffic(session.bytesSent, session.bytesReceived);
  session.bytesSent = 0;
  session.bytesReceived = 0;
}

/**
 * Sends requests by way of another thread, while this one is blocked until all of them are answered.
 *
 * @returns Undefined if the VU was interrupted meanwhile.
 */
export function sendBlocking(vu: Vu, entries: readonly BatchEntry[]): HttpResult[] | undefined {
  const { runtime } = vu;
  const { limiter } = httpClientOf(runtime);
  if (limiter !== undefined) {
    for (let i = 0; i < entries.length; i++) {
      if (!runtime.remoteIo.pause(limiter.reserve(runtime.clock.nowMs()), vu)) return undefined;
    }
  }
  const { requestsPerSecond: _ours, ...config } = clientConfig(runtime);
  const { options } = runtime;
  const { call, jars } = remoteHttpCall(
    {
      config,
      session: `${vu.idInTest}`,
      localIp: networkOf(runtime).localIpOf(vu),
      period: options.noVUConnectionReuse ? vu.iteration : 0,
      limits: { inAll: options.batch ?? entries.length, perHost: options.batchPerHost ?? 0 },
    },
    entries,
  );
  const answer = runtime.remoteIo.call("http", call, vu) as RemoteHttpAnswer | undefined;
  if (answer === undefined) return undefined;
  const results = takeRemoteAnswer(answer, jars);
  for (const { exchanges } of results) {
    for (const exchange of exchanges) vu.addTraffic(exchange.bytesSent, exchange.bytesReceived);
  }
  return results;
}
