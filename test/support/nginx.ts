/**
 * A real nginx on loopback, in a folder of its own: what the transport meets outside of its own tests.
 *
 * Debian's `nginx-light`; `.ci/run` installs it. Ports are found by binding port 0 first; the folder goes away at the end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "./http-peer.ts";

const BINARY = "/usr/sbin/nginx";

export interface Nginx {
  http: string;
  https: string;
  /** TLS 1.2 only, HTTP/1.1 only. */
  tls12: string;
  /** Path of the certificate, to be trusted. */
  caFile: string;
  stop(): Promise<void>;
}

export const LARGE_BYTES = 100 * 1024 * 1024;

export async function startNginx(): Promise<Nginx> {
  if (!existsSync(BINARY)) {
    throw new Error(`${BINARY} is missing: install Debian's package nginx-light (as .ci/run does) to run this test`);
  }
  const folder = mkdtempSync(join(tmpdir(), "nginx-test-"));
  const [httpPort, httpsPort, tls12Port, closedPort] = await freePorts(4);
  const { key, cert } = makeCertificate();
  const at = (name: string) => join(folder, name);
  writeFileSync(at("key.pem"), key);
  writeFileSync(at("cert.pem"), cert);
  mkdirSync(at("root"));
  mkdirSync(at("temp"));
  writeFileSync(at("root/hello.txt"), "hello\n");
  writeFileSync(at("root/text.txt"), "compress me ".repeat(2_000));
  writeFileSync(at("root/large.bin"), "");
  truncateSync(at("root/large.bin"), LARGE_BYTES);
  const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${at("temp")}/${kind};`,
  );
  const common = `
    root ${at("root")};
    location /bad-gateway { proxy_pass http://127.0.0.1:${closedPort}; }
    location /upload { client_max_body_size 200m; proxy_pass http://127.0.0.1:${httpPort}/sink; proxy_request_buffering on; }
    location /sink { client_max_body_size 200m; client_body_in_file_only clean; return 200 "$http_content_length"; }
    location /moved { return 301 /hello.txt; }
    location /small-limit { client_max_body_size 1k; return 200 ok; }
    location /secret { auth_basic "here"; auth_basic_user_file ${at("users")}; }
    location /gzip { gzip on; gzip_min_length 1; gzip_types text/plain; alias ${at("root")}/text.txt; default_type text/plain; }
    location /headers { add_header X-Method $request_method; add_header X-Proto $server_protocol; return 200 "$http_x_mine"; }`;
  writeFileSync(at("users"), "ann:{PLAIN}pw\n");
  mkdirSync(at("root/secret"));
  writeFileSync(at("root/secret/index.html"), "let in");
  writeFileSync(
    at("nginx.conf"),
    `daemon off;
worker_processes 1;
pid ${at("nginx.pid")};
error_log ${at("error.log")} warn;
${process.getuid?.() === 0 ? "user root;" : ""}
events { worker_connections 512; }
http {
  access_log off;
  ${temps.join("\n  ")}
  keepalive_requests 100;
  server { listen 127.0.0.1:${httpPort}; ${common}
    location /three { keepalive_requests 3; return 200 ok; }
    location /short { keepalive_timeout 100ms; return 200 ok; }
  }
  server { listen 127.0.0.1:${httpsPort} ssl http2; ssl_certificate ${at("cert.pem")}; ssl_certificate_key ${at("key.pem")};
    ssl_protocols TLSv1.2 TLSv1.3; ${common} }
  server { listen 127.0.0.1:${tls12Port} ssl; ssl_certificate ${at("cert.pem")}; ssl_certificate_key ${at("key.pem")};
    ssl_protocols TLSv1.2; ${common} }
}
`,
  );
  const child = spawn(BINARY, ["-p", folder, "-c", at("nginx.conf"), "-e", at("error.log")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk) => (said += chunk));
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  try {
    await answers(httpPort!, child);
  } catch (cause) {
    const log = existsSync(at("error.log")) ? readFileSync(at("error.log"), "utf8") : "";
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`nginx did not start: ${said}${log}`, { cause });
  }
  return {
    http: `http://127.0.0.1:${httpPort}`,
    https: `https://127.0.0.1:${httpsPort}`,
    tls12: `https://127.0.0.1:${tls12Port}`,
    caFile: at("cert.pem"),
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Waits until the port accepts; nginx takes some milliseconds to start. */
async function answers(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    const accepted = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (accepted) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("nothing listens after five seconds");
}
