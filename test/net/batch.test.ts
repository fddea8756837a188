import { afterEach, expect, test } from "bun:test";
import { Batch, type BatchLimits } from "../../src/net/batch.ts";
import { openSession, type Peer, startAnswering } from "../support/http-peer.ts";

const peers: Peer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

/** A server that answers a moment later and knows how many requests it had at one time. */
async function slowPeer(): Promise<{ url: string; host: string; most(): number }> {
  let running = 0;
  let most = 0;
  const peer = await startAnswering((_request, socket) => {
    most = Math.max(most, ++running);
    setTimeout(() => {
      running--;
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }, 20);
    return undefined;
  });
  peers.push(peer);
  const host = `127.0.0.1:${peer.port}`;
  return { url: `http://${host}/`, host, most: () => most };
}

function runBatch(places: { url: string; host: string }[], limits: BatchLimits): Promise<number[]> {
  const session = openSession();
  const order: number[] = [];
  return new Promise((resolve) => {
    const entries = places.map(({ url, host }) => ({
      host,
      request: { method: "GET", url, redirectsMax: 0, timeoutMs: 5_000 },
    }));
    new Batch(session, entries, limits, {
      each: (index, result) => {
        expect(result.errorText).toBe("");
        order.push(index);
      },
      end: () => {
        session.close();
        resolve(order);
      },
    });
  });
}

test("no more requests run at once than the limits allow, in all and for one host", async () => {
  const [a, b] = [await slowPeer(), await slowPeer()];
  const places = [a, a, a, a, b, b, b, b];
  expect((await runBatch(places, { inAll: 20, perHost: 2 })).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect([a.most(), b.most()]).toEqual([2, 2]);

  const c = await slowPeer();
  await runBatch([c, c, c, c, c], { inAll: 3, perHost: 0 });
  expect(c.most()).toBe(3);
});

test("a worker that waits for a busy host takes no other request", async () => {
  const [slow, other] = [await slowPeer(), await slowPeer()];
  // both workers hang on the first host until its one place is free again
  const order = await runBatch([slow, slow, slow, other], { inAll: 2, perHost: 1 });
  expect(order.indexOf(3)).toBe(3);
});

test("abort() ends all requests without a word", async () => {
  const { url, host } = await slowPeer();
  const session = openSession();
  const request = { method: "GET", url, redirectsMax: 0, timeoutMs: 5_000 };
  const batch = new Batch(
    session,
    [
      { request, host },
      { request, host },
    ],
    { inAll: 1, perHost: 0 },
    {
      each: () => expect.unreachable(),
      end: () => expect.unreachable(),
    },
  );
  batch.abort();
  await Bun.sleep(60);
  session.close();
});
