import { afterEach, expect, test } from "bun:test";
import { runScript } from "../../support/script-runner.ts";
import { type Peer, serverClose, serverFrame, startWsServer, type TestServer } from "../../support/ws-server.ts";

const TEXT = 1;
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

const echo = (peer: Peer): void => {
  peer.write(peer.accept());
  peer.onFrame = ({ opcode, payload }) => {
    peer.write(serverFrame({ opcode: opcode === PING ? PONG : opcode, payload }));
    if (opcode === CLOSE) peer.socket.end();
  };
};

/** Runs the body of a set-up function for `socket`. */
const run = (server: TestServer, setUp: string) =>
  runScript(
    `import ws from "k6/ws"; import { sleep } from "k6";
     export default () => {
       const response = ws.connect(__ENV.URL, null, (socket) => { ${setUp} });
       console.log(response.status, JSON.stringify(response.error));
     };`,
    { env: { URL: server.url } },
  );

test("a method can be a timer's callback", async () => {
  const server = await serve(echo);
  const { log } = await run(server, `socket.on("close", (c) => console.log(c)); socket.setTimeout(socket.close, 5);`);
  expect(log).toEqual(["info: 1001", 'info: 101 ""']);
});

test("of the beats that a slow callback misses two wait", async () => {
  const server = await serve(echo);
  const { log } = await run(
    server,
    `let n = 0;
     socket.setInterval(() => { n++; if (n === 1) sleep(0.1); }, 10);
     socket.setTimeout(() => { console.log(n <= 6); socket.close(); }, 120);`,
  );
  expect(log[0]).toBe("info: true");
});

test("a handler that blocks holds up the timers and messages of its socket", async () => {
  const server = await serve(echo);
  const { log } = await run(
    server,
    `socket.on("open", () => { socket.send("a"); socket.send("b"); sleep(0.03); console.log("slept"); });
     socket.setTimeout(() => console.log("timer"), 1);
     socket.on("message", (m) => { console.log(m); if (m === "b") socket.setTimeout(() => socket.close(), 1); });`,
  );
  expect(log[0]).toBe("info: slept");
  expect([...log.slice(1, 4)].sort()).toEqual(["info: a", "info: b", "info: timer"]);
});

test("an error of a close frame tells its parts, others their text alone", async () => {
  const server = await serve((peer) => peer.write(peer.accept(), serverClose(4001, "why")));
  const { log } = await run(
    server,
    `socket.on("error", (e) => console.log(JSON.stringify(e), e.error(), Object.keys(e).join()));
     socket.on("close", (c) => { console.log(c); socket.send("late"); });`,
  );
  expect(log).toEqual([
    'info: {"code":4001,"text":"why"} websocket: close 4001: why code,text,error',
    "info: 4001",
    "info: {} websocket: close sent error",
    'info: 101 ""',
  ]);
});

test("messages after the close frame of the script are dropped", async () => {
  const server = await serve((peer) => {
    peer.write(peer.accept(), ...["1", "2", "3"].map((payload) => serverFrame({ opcode: TEXT, payload })));
  });
  const { log, samples } = await run(
    server,
    `socket.on("message", (m) => { console.log(m); socket.close(4000); }); socket.on("close", (c) => console.log(c));`,
  );
  expect(log).toEqual(["info: 1", "info: 4000", 'info: 101 ""']);
  expect(samples.filter((sample) => sample.startsWith("ws_msgs_received"))).toHaveLength(1);
});

test("a close handler that blocks is waited for, also when it is called from another handler", async () => {
  const server = await serve(echo);
  const { log } = await run(
    server,
    `socket.on("close", () => { sleep(0.01); console.log("close handler"); });
     socket.on("open", () => { socket.close(); console.log("after close()"); });`,
  );
  expect(log).toEqual(["info: close handler", "info: after close()", 'info: 101 ""']);
});

test("a callback that is none fails when it is due", async () => {
  const server = await serve(echo);
  const { errors } = await run(server, `socket.setTimeout(null, 1);`);
  expect(errors[0]).toStartWith("GoError: setTimeout's callback isn't a callable function");
});

test("connect() from a getter blocks the thread, and the conductor does the work", async () => {
  const server = await serve(echo);
  const script = `
    import ws from "k6/ws"; import { sleep } from "k6";
    export default () => {
      let ticks = 0;
      const box = { get response() {
        return ws.connect(__ENV.URL, (socket) => {
          socket.on("open", () => { socket.send("text"); socket.ping(); });
          socket.on("message", (m) => { console.log(m); sleep(0.01); socket.sendBinary(new Uint8Array([1, 2]).buffer); });
          socket.on("binaryMessage", (m) => console.log(new Uint8Array(m).join()));
          socket.on("pong", () => console.log("pong"));
          socket.on("close", (c) => console.log("close", c));
          socket.setInterval(() => { if (++ticks === 2) socket.close(3000); }, 20);
        });
      } };
      console.log(box.response.status);
    };`;
  const child = Bun.spawn(
    [process.execPath, "src/main.ts", "run", "--quiet", "--log-format=json", "-e", `URL=${server.url}`, "-"],
    { cwd: `${import.meta.dirname}/../../..`, stdin: new Blob([script]), stdout: "ignore", stderr: "pipe" },
  );
  const log = (await new Response(child.stderr).text()).trim().split("\n");
  expect(log.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    "text",
    "pong",
    "1,2",
    "close 3000",
    "101",
  ]);
}, 10_000);
