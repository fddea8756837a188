import { afterEach, expect, test } from "bun:test";
import { runScript, type ScriptRun } from "../../support/script-runner.ts";
import { type Peer, serverClose, serverFrame, startWsServer, type TestServer } from "../../support/ws-server.ts";

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const servers: TestServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(on: (peer: Peer) => void): Promise<TestServer> {
  const server = await startWsServer(on);
  servers.push(server);
  return server;
}

/** Accepts, sends messages back as they are, answers pings and close frames. */
const echo = (peer: Peer): void => {
  peer.write(peer.accept());
  peer.onFrame = ({ opcode, payload }) => {
    if (opcode === PING) peer.write(serverFrame({ opcode: PONG, payload }));
    else peer.write(serverFrame({ opcode, payload }));
    if (opcode === CLOSE) peer.socket.end();
  };
};

/** Runs the body of a default function that finds the server at `URL`. */
const run = (server: TestServer, body: string, options: ScriptRun = {}) =>
  runScript(
    `import { WebSocket, Blob, EventName } from "k6/websockets";
     const URL = ${JSON.stringify(server.url)};
     export default async function () { ${body} }`,
    options,
  );

const framesOf = (server: TestServer, index = 0) =>
  server.peers[index]!.frames.map(({ opcode, payload }) =>
    opcode === CLOSE
      ? ["close", payload.readUInt16BE(0), payload.subarray(2).toString()]
      : [opcode, payload.toString()],
  );

test("a socket's methods can be called by themselves", async () => {
  const server = await serve(echo);
  const { log } = await run(
    server,
    `const socket = new WebSocket(URL);
     const { send, close, addEventListener } = socket;
     addEventListener("message", (e) => { console.log(e.data); setTimeout(close, 1); });
     addEventListener("open", () => send("hello"));
     addEventListener("close", (e) => console.log(e.code));`,
  );
  expect(log).toEqual(["info: hello", "info: 1000"]);
});

test("addEventListener with once calls the listener once, others go on", async () => {
  const server = await serve(echo);
  const { log } = await run(
    server,
    `const socket = new WebSocket(URL);
     socket.addEventListener("message", (e) => console.log("once", e.data), { once: true });
     socket.addEventListener("message", (e) => { console.log("each", e.data); if (e.data === "2") socket.close(); });
     socket.onopen = () => { socket.send("1"); socket.send("2"); };`,
  );
  expect(log).toEqual(["info: once 1", "info: each 1", "info: each 2"]);
});

test("EventName can be imported, and lists show nothing of it", async () => {
  const server = await serve(echo);
  const { log } = await run(
    server,
    `const socket = new WebSocket(URL);
     socket.addEventListener(EventName.Open, () => { console.log(EventName.Open, Object.values(EventName).join()); socket.close(); });`,
  );
  expect(log).toEqual(["info: open close,error,message,open,ping,pong"]);
});

test("the error event of a refused handshake has the answer, out of sight", async () => {
  const server = await serve((peer) =>
    peer.write("HTTP/1.1 403 Forbidden\r\nX-Why: no\r\nX-Two: a\r\nX-Two: b\r\nContent-Length: 4\r\n\r\nbody"),
  );
  const { log } = await run(
    server,
    `const socket = new WebSocket(URL);
     socket.onerror = (e) => console.log(e.error, e.status, e.body, e.headers["X-Why"], e.headers["X-Two"], Object.keys(e).join());`,
  );
  expect(log).toEqual(["info: websocket: bad handshake 403 body no a, b type,target,timestamp,error"]);
});

test("the error event of a connection that was not answered has no status", async () => {
  const server = await serve(echo);
  server.close();
  const { log } = await run(
    server,
    `new WebSocket(URL).onerror = (e) => console.log(e.error.endsWith("connection refused"), e.status);`,
  );
  expect(log).toEqual(["info: true undefined"]);
});

test("close() while connecting closes the connection once it is there, without an open event", async () => {
  const server = await serve((peer) => setTimeout(() => echo(peer), 20));
  const { log, samples } = await run(
    server,
    `const socket = new WebSocket(URL);
     socket.onopen = () => console.log("never");
     socket.onclose = (e) => console.log("closed", e.code, socket.readyState);
     socket.close(3001, "early");
     console.log(socket.readyState);`,
  );
  expect(log).toEqual(["info: 2", "info: closed 3001 3"]);
  expect(framesOf(server)).toEqual([["close", 3001, "early"]]);
  expect(samples.filter((sample) => sample.startsWith("ws_msgs_sent"))).toHaveLength(1);
});

test("send() takes a Blob of the script, a received one, and parts of buffers", async () => {
  const server = await serve(echo);
  const { log } = await run(
    server,
    `const socket = new WebSocket(URL);
     let n = 0;
     socket.onopen = () => socket.send(new Blob(["ab", new Uint8Array([99])]));
     socket.onmessage = async ({ data }) => {
       console.log(data.size, await data.text());
       if (n++ === 0) socket.send(data.slice(1));
       else if (n === 2) socket.send(new Uint16Array([1, 0x6261, 1]).subarray(1, 2));
       else socket.close();
     };`,
  );
  expect(log).toEqual(["info: 3 abc", "info: 2 bc", "info: 2 ab"]);
});

test("what a Blob gives away are copies, and its ranges are checked", async () => {
  const { log } = await runScript(`
    import { Blob } from "k6/websockets";
    export default async () => {
      const blob = new Blob(["abc"]);
      new Uint8Array(await blob.arrayBuffer()).fill(0);
      (await blob.bytes()).fill(0);
      console.log(await blob.text(), blob.slice(-0, 2).size);
      try { blob.slice(2, 1); } catch (e) { console.log(e.name, e.message); }
      const reader = new Blob(["x".repeat(1500)]).stream().getReader();
      const sizes = [];
      for (;;) { const { done, value } = await reader.read(); if (done) break; sizes.push(value.length); }
      console.log(sizes.join());
    };`);
  expect(log).toEqual(["info: abc 2", "info: GoError Cannot slice a Blob of 3 bytes from 2 to 1", "info: 1024,476,0"]);
});

test("bufferedAmount counts the bytes of this turn", async () => {
  const server = await serve(echo);
  const { log } = await run(
    server,
    `const socket = new WebSocket(URL);
     socket.onopen = () => {
       socket.send("12345"); socket.send("ü");
       console.log(socket.bufferedAmount);
       setTimeout(() => { console.log(socket.bufferedAmount); socket.close(); }, 10);
     };`,
  );
  expect(log).toEqual(["info: 7", "info: 0"]);
});

test("an exception in a message listener ends the connection without a close frame", async () => {
  const server = await serve(echo);
  const { log, errors } = await run(
    server,
    `const socket = new WebSocket(URL);
     socket.onopen = () => socket.send("x");
     socket.onmessage = () => { throw new Error("no"); };
     socket.onerror = (e) => console.log(e.error.replace(/file:.*/, ""));
     socket.onclose = (e) => console.log(e.code, socket.readyState);`,
  );
  await server.peers[0]!.untilEnded();
  expect(log).toEqual(["info: Error: no at ", "info: undefined 3"]);
  expect(errors[0]).toStartWith("Error: no");
  expect(framesOf(server)).toEqual([[TEXT, "x"]]);
});

test("an exception in an async listener closes the other sockets of the iteration with 1000", async () => {
  const server = await serve(echo);
  const { errors } = await run(
    server,
    `const other = new WebSocket(URL);
     other.onopen = () => { const socket = new WebSocket(URL); socket.onopen = async () => { throw new Error("stop"); }; };`,
  );
  expect(errors[0]).toStartWith("Uncaught (in promise) Error: stop");
  expect(framesOf(server)).toEqual([["close", 1000, ""]]);
});

test("messages that come while a listener is blocked wait for it", async () => {
  const server = await serve((peer) => {
    peer.write(peer.accept(), ...["a", "b", "c"].map((payload) => serverFrame({ opcode: TEXT, payload })));
    peer.onFrame = ({ opcode }) => opcode === CLOSE && peer.write(serverClose(1000));
  });
  const { log } = await runScript(
    `import { sleep } from "k6";
     import { WebSocket } from "k6/websockets";
     export default () => {
       const socket = new WebSocket(__ENV.URL);
       socket.onmessage = (e) => { console.log(e.data); sleep(0.02); console.log("slept"); };
       socket.addEventListener("message", (e) => { console.log("second", e.data); if (e.data === "c") socket.close(); });
     };`,
    { env: { URL: server.url } },
  );
  expect(log).toEqual(["a", "b", "c"].flatMap((data) => [`info: ${data}`, "info: slept", `info: second ${data}`]));
});

test("cookies of an answer go with the next handshake, and are gone in the next iteration", async () => {
  const server = await serve((peer) => {
    peer.write(peer.accept(["Set-Cookie: seen=1; Path=/"]), serverClose(1000));
  });
  const script = `
    import { WebSocket } from "k6/websockets";
    const once = () => new Promise((resolve) => { new WebSocket(__ENV.URL).onclose = resolve; });
    export default async () => { await once(); await once(); };`;
  await runScript(script, { env: { URL: server.url }, iterations: 2 });
  expect(server.peers.map((peer) => peer.header("Cookie"))).toEqual([undefined, "seen=1", undefined, "seen=1"]);
  server.peers.length = 0;
  await runScript(script, { env: { URL: server.url }, iterations: 2, options: { noCookiesReset: true } });
  expect(server.peers.map((peer) => peer.header("Cookie"))).toEqual([undefined, "seen=1", "seen=1", "seen=1"]);
});

test("a ping is measured once, whatever the peer answers", async () => {
  const server = await serve((peer) => {
    peer.write(peer.accept());
    peer.onFrame = ({ opcode, payload }) => {
      if (opcode === PING) {
        const pong = serverFrame({ opcode: PONG, payload });
        peer.write(pong, pong, serverFrame({ opcode: PONG, payload: "9" }), serverFrame({ opcode: BINARY }));
      } else if (opcode === CLOSE) peer.write(serverClose(1000));
    };
  });
  const { log, samples } = await run(
    server,
    `const socket = new WebSocket(URL);
     socket.onopen = () => socket.ping();
     socket.onpong = () => console.log("pong");
     socket.onmessage = () => socket.close();`,
  );
  expect(log).toEqual(["info: pong", "info: pong", "warning: received pong for unknown ping ID 9", "info: pong"]);
  expect(samples.filter((sample) => sample.startsWith("ws_ping"))).toHaveLength(1);
});

test("WebSocket refuses the init context", async () => {
  const { errors } = await runScript(`
    import { WebSocket } from "k6/websockets";
    new WebSocket("ws://127.0.0.1:1/");
    export default () => {};`);
  expect(errors[0]).toStartWith("GoError: using WebSocket in the init context is not supported");
});

test("an iteration that is interrupted does not wait for a peer that never answers the close frame", async () => {
  const server = await serve((peer) => peer.write(peer.accept()));
  const script = `
    import { WebSocket } from "k6/websockets";
    export const options = { scenarios: { s: { executor: "constant-vus", vus: 1, duration: "1s", gracefulStop: "0s" } } };
    export default () => { new WebSocket(__ENV.URL); };`;
  const startMs = performance.now();
  const child = Bun.spawn([process.execPath, "src/main.ts", "run", "--quiet", "-e", `URL=${server.url}`, "-"], {
    cwd: `${import.meta.dirname}/../../..`,
    stdin: new Blob([script]),
    stdout: "ignore",
    stderr: "ignore",
  });
  expect(await child.exited).toBe(0);
  expect(performance.now() - startMs).toBeLessThan(4_000);
  expect(framesOf(server)).toEqual([["close", 1000, ""]]);
}, 10_000);

test("listeners that can see a message's event get one, whoever else listens", async () => {
  const server = await serve(echo);
  const { log, errors } = await run(
    server,
    `const blind = new WebSocket(URL), mixed = new WebSocket(URL), late = new WebSocket(URL);
     let counted = 0;
     const end = (socket) => { if (++counted === 6) [blind, mixed, late].forEach((s) => s.close()); };
     for (const socket of [blind, mixed, late]) {
       socket.binaryType = "arraybuffer";
       socket.onopen = () => { socket.send("text"); socket.send(new Uint8Array([1, 2]).buffer); };
     }
     blind.onmessage = () => { console.log("blind"); end(); };
     mixed.onmessage = () => end();
     mixed.addEventListener("message", function () { console.log("mixed", arguments[0].data.byteLength ?? arguments[0].data); });
     late.onmessage = () => {
       end();
       late.onmessage = (e) => { console.log("late", e.data.byteLength, e.target === late); end(); };
     };`,
  );
  expect(errors).toEqual([]);
  expect(log.toSorted()).toEqual([
    "info: blind",
    "info: blind",
    "info: late 2 true",
    "info: mixed 2",
    "info: mixed text",
  ]);
});

test("every kind of function that may look at its arguments gets the event", async () => {
  const server = await serve(echo);
  const { log, errors } = await run(
    server,
    `const socket = new WebSocket(URL);
     const see = (e) => console.log(typeof e, e.data);
     const listeners = [
       function () { see(arguments[0]); },
       (...all) => see(all[0]),
       (e = 1) => see(e),
       async (e) => see(e),
       async () => console.log("async"),
       { m() { see(arguments[0]); } }.m,
       function () { see(arguments[0]); }.bind(null),
       new Proxy((e) => see(e), {}),
       /* no parameter */ ( ) => console.log("none"),
     ];
     let next = 0;
     const go = () => { if (next < listeners.length) { socket.onmessage = listeners[next++]; socket.send("m"); } else socket.close(); };
     socket.onopen = go;
     socket.addEventListener("message", () => setTimeout(go, 0));`,
  );
  expect(errors).toEqual([]);
  const seen = "info: object m";
  expect(log).toEqual([seen, seen, seen, seen, "info: async", seen, seen, seen, "info: none"]);
});
