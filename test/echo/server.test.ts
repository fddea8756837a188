import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { type EchoServer, startEchoServer } from "../../src/echo/server.ts";

let server: EchoServer;
const failures: string[] = [];
const http = (path: string) => `http://127.0.0.1:${server.port}${path}`;

beforeAll(async () => {
  server = await startEchoServer({ host: "127.0.0.1", port: 0, log: (line) => failures.push(line) });
});
afterAll(async () => {
  await server.close();
  expect(failures).toEqual([]);
});

interface Client {
  socket: WebSocket;
  /** The next message, parsed if it is JSON text. */
  next(): Promise<any>;
  closed: Promise<CloseEvent>;
}

async function open(path: string, options?: ConstructorParameters<typeof WebSocket>[1]): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, options);
  socket.binaryType = "arraybuffer";
  const arrived: unknown[] = [];
  const waiting: ((value: unknown) => void)[] = [];
  socket.addEventListener("message", ({ data }) => {
    const value = typeof data === "string" && data.startsWith("{") ? JSON.parse(data) : data;
    const taker = waiting.shift();
    if (taker) taker(value);
    else arrived.push(value);
  });
  const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener("close", resolve));
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error(`cannot open ${path}`)));
  });
  const next = () =>
    arrived.length > 0 ? Promise.resolve(arrived.shift()) : new Promise((resolve) => waiting.push(resolve));
  return { socket, next, closed };
}

test.each(["/", "/ws/echo"])("%s sends text back as text and binary as binary", async (path) => {
  const { socket, next } = await open(path);
  socket.send("hello");
  expect(await next()).toBe("hello");
  socket.send(Uint8Array.of(0, 127, 255));
  expect(new Uint8Array(await next())).toEqual(Uint8Array.of(0, 127, 255));
  socket.close();
});

test("a large compressible message survives permessage-deflate", async () => {
  const { socket, next } = await open("/ws/echo");
  expect(socket.extensions).toContain("permessage-deflate");
  const text = "sixfold ".repeat(100_000);
  socket.send(text);
  expect(await next()).toBe(text);
  socket.close();
});

test("the first offered subprotocol is agreed, and none if none is offered", async () => {
  const chosen = await open("/ws/echo", { protocols: ["chat.v2", "chat.v1"] } as any);
  expect(chosen.socket.protocol).toBe("chat.v2");
  chosen.socket.close();
  const without = await open("/ws/echo");
  expect(without.socket.protocol).toBe("");
  without.socket.close();
});

test("/ws/headers tells the headers of the request", async () => {
  const { socket, next } = await open("/ws/headers", { headers: { "X-Mine": "1", Cookie: "a=b" } } as any);
  expect(await next()).toMatchObject({ "x-mine": "1", cookie: "a=b" });
  socket.close();
});

test("/ws/ping pings every so many milliseconds", async () => {
  const { socket } = await open("/ws/ping?ms=10");
  for (let count = 0; count < 2; count++) {
    await new Promise<void>((resolve) => socket.addEventListener("ping" as any, () => resolve(), { once: true }));
  }
  socket.close();
});

test("/ws/close closes with code and reason", async () => {
  const { closed } = await open("/ws/close/4001?reason=enough");
  expect(await closed).toMatchObject({ code: 4001, reason: "enough" });
});

test.each(["/ws/refuse/403", "/ws/close/1005", "/ws/close/2999", "/ws/ping?ms=0", "/nowhere", "/ws/a/b", "//"])(
  "an upgrade of %s is refused",
  async (path) => {
    await expect(open(path)).rejects.toThrow("cannot open");
  },
);

test("a chat room announces, names, relays and lets go", async () => {
  const ada = await open("/ws/crocochat/den/");
  expect(await ada.next()).toMatchObject({ event: "SOMEONE_JOINED", room: "den" });
  const bob = await open("/ws/den");
  expect(await ada.next()).toMatchObject({ event: "SOMEONE_JOINED" });
  expect(await bob.next()).toMatchObject({ event: "SOMEONE_JOINED" });

  ada.socket.send(JSON.stringify({ event: "SET_NAME", new_name: "Ada" }));
  expect(await bob.next()).toMatchObject({ event: "NAME_CHANGE", user: "Ada" });
  ada.socket.send(JSON.stringify({ event: "SAY", message: "hi" }));
  expect(await bob.next()).toEqual({ event: "CHAT_MSG", room: "den", user: "Ada", message: "hi" });
  ada.socket.send(JSON.stringify({ user: "Ada", msg: "as it is" }));
  expect(await bob.next()).toEqual({ user: "Ada", msg: "as it is" });

  bob.socket.send("no JSON");
  expect(await bob.next()).toMatchObject({ event: "ERROR" });
  ada.socket.send(JSON.stringify({ event: "LEAVE" }));
  expect(await bob.next()).toMatchObject({ event: "LEAVE", user: "Ada" });
  expect(await ada.closed).toMatchObject({ code: 1000 });
  bob.socket.close();
});

test("rooms do not hear each other", async () => {
  const here = await open("/ws/here");
  const there = await open("/ws/there");
  await here.next();
  await there.next();
  there.socket.send(JSON.stringify({ event: "SAY", message: "there" }));
  await there.next();
  here.socket.send(JSON.stringify({ event: "SAY", message: "here" }));
  expect(await here.next()).toMatchObject({ event: "CHAT_MSG", message: "here" });
  here.socket.close();
  there.socket.close();
});

test("HTTP routes answer", async () => {
  expect(await (await fetch(http("/"))).text()).toContain("sixfold echo");
  expect(await (await fetch(http("/json"))).json()).toMatchObject({ id: 1 });
  const echoed = await fetch(http("/echo?a=1"), { method: "PUT", body: "text", headers: { "X-Mine": "1" } });
  expect(await echoed.json()).toMatchObject({
    method: "PUT",
    query: { a: "1" },
    body: "text",
    headers: { "x-mine": "1" },
  });
  expect((await fetch(http("/status/418"))).status).toBe(418);
  expect((await fetch(http("/status/204"))).status).toBe(204);
  expect((await fetch(http("/status/99"))).status).toBe(400);
  expect((await fetch(http("/bytes/300"))).headers.get("content-length")).toBe("300");
  expect(await (await fetch(http("/redirect/3"))).text()).toBe("arrived\n");
  expect(await (await fetch(http("/gzip"))).json()).toEqual({ gzipped: true });
  expect((await fetch(http("/nowhere"))).status).toBe(404);
  expect((await fetch(http("/constructor"))).status).toBe(404);
  const startedMs = performance.now();
  await fetch(http("/delay/50"));
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(49);
});

test("cookies are set, told and carry a login", async () => {
  const set = await fetch(http("/cookies/set?a=1&b=two"), { redirect: "manual" });
  expect(set.status).toBe(302);
  expect(set.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=two; Path=/"]);
  const told = await fetch(http("/cookies"), { headers: { Cookie: "a=1; b=two" } });
  expect(await told.json()).toEqual({ cookies: { a: "1", b: "two" } });

  expect((await fetch(http("/my"))).status).toBe(401);
  const body = new URLSearchParams({ login: "ada", password: "x" });
  const login = await fetch(http("/login"), { method: "POST", body, redirect: "manual" });
  expect(login.headers.getSetCookie()).toEqual(["session=ada; Path=/; HttpOnly"]);
  expect(await (await fetch(http("/my"), { headers: { Cookie: "session=ada" } })).text()).toBe("Welcome, ada!\n");
});

test("basic auth compares user and password", async () => {
  const authorization = `Basic ${btoa("ada:secret")}`;
  expect((await fetch(http("/basic-auth/ada/secret"), { headers: { authorization } })).status).toBe(200);
  expect((await fetch(http("/basic-auth/ada/other"), { headers: { authorization } })).status).toBe(401);
});

test("a taken port is an error, not a silent second server", async () => {
  await expect(
    startEchoServer({ host: "127.0.0.1", port: server.port, log: (line) => failures.push(line) }),
  ).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});

test("close ends open connections", async () => {
  const other = await startEchoServer({ host: "127.0.0.1", port: 0, log: (line) => failures.push(line) });
  const socket = new WebSocket(`ws://127.0.0.1:${other.port}/`);
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  const idle = connect(other.port, "127.0.0.1");
  await new Promise((resolve) => idle.on("connect", resolve));
  await other.close();
  await closed;
  idle.destroy();
});
