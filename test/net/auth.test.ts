import { afterEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { digestAuthorization } from "../../src/net/auth/digest.ts";
import { authenticateMessage, md4, negotiateMessage } from "../../src/net/auth/ntlm.ts";
import type { HttpResult } from "../../src/net/request.ts";
import { type Peer, sendOnce, startPeer, onRequests } from "../support/http-peer.ts";

const peers: Peer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});
const last = (result: HttpResult) => result.exchanges.at(-1)!;

describe("digest", () => {
  // RFC 7616, section 3.9.1.
  const mufasa = {
    method: "GET",
    uri: "/dir/index.html",
    body: Buffer.alloc(0),
    username: "Mufasa",
    password: "Circle of Life",
    cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
  };
  const rest =
    'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';

  test("MD5 and SHA-256 of the RFC's example", () => {
    expect(digestAuthorization([`Digest ${rest}, algorithm=MD5`], mufasa)).toContain(
      'response="8ca523f5e9506fed4657c9700eebdbec"',
    );
    expect(digestAuthorization([`Digest ${rest}, algorithm=SHA-256`], mufasa)).toContain(
      'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
    );
  });

  test("without qop, as RFC 2617", () => {
    const answer = digestAuthorization(['Digest realm="r", nonce="n"'], mufasa)!;
    const md5 = (text: string) => createHash("md5").update(text).digest("hex");
    expect(answer).toContain(`response="${md5(`${md5("Mufasa:r:Circle of Life")}:n:${md5("GET:/dir/index.html")}`)}"`);
    expect(answer).not.toContain("cnonce");
  });

  test("other schemes and unknown algorithms are not answered", () => {
    expect(digestAuthorization(["Basic realm=x"], mufasa)).toBeUndefined();
    expect(digestAuthorization([`Digest ${rest}, algorithm=NOPE`], mufasa)).toBeUndefined();
  });

  test("asks twice, each a hop, and leaves user and password out of the URL", async () => {
    const seen: (string | undefined)[] = [];
    const peer = await startPeer((socket) =>
      onRequests(socket, (wire) => {
        seen.push(wire.get("authorization")?.split(" ")[0], wire.body);
        return wire.get("authorization")?.startsWith("Digest")
          ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nin"
          : 'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\nContent-Length: 3\r\n\r\nout';
      }),
    );
    peers.push(peer);
    const result = await sendOnce({
      url: `http://ann:pw@127.0.0.1:${peer.port}/x`,
      auth: "digest",
      method: "POST",
      body: "data",
    });
    expect(result.exchanges.map((each) => [each.status, each.url.href])).toEqual([
      [401, `http://127.0.0.1:${peer.port}/x`],
      [200, `http://127.0.0.1:${peer.port}/x`],
    ]);
    expect([last(result).body!.toString(), result.url]).toEqual(["in", `http://127.0.0.1:${peer.port}/x`]);
    expect(seen).toEqual(["Basic", "data", "Digest", "data"]);
  });
});

describe("NTLM", () => {
  test("MD4 of RFC 1320", () => {
    expect(md4(Buffer.from("")).toString("hex")).toBe("31d6cfe0d16ae931b73c59d7e0c089c0");
    expect(md4(Buffer.from("message digest")).toString("hex")).toBe("d9130a8164549fe818874806e1c7014b");
    expect(md4(Buffer.from("1234567890".repeat(8))).toString("hex")).toBe("e33b4ddc9c38f2199c3e7b164fcc0536");
  });

  test("NTLMv2 of [MS-NLMP] 4.2.4: the response to the specification's challenge", () => {
    // 4.2.4.1: user "User", domain "Domain", password "Password", server "Server", time 0, client challenge aa..aa.
    const targetInfo = Buffer.from(
      "02000c0044006f006d00610069006e0001000c005300650072007600650072000000000" + "0",
      "hex",
    ).subarray(0, 36);
    const name = Buffer.from("Server", "utf16le");
    const challenge = Buffer.alloc(56);
    challenge.write("NTLMSSP\0", 0, "latin1");
    challenge.writeUInt32LE(2, 8);
    challenge.writeUInt16LE(name.length, 12);
    challenge.writeUInt16LE(name.length, 14);
    challenge.writeUInt32LE(56, 16);
    challenge.writeUInt32LE(0x00800201, 20); // unicode, NTLM, target info
    Buffer.from("0123456789abcdef", "hex").copy(challenge, 24);
    challenge.writeUInt16LE(targetInfo.length, 40);
    challenge.writeUInt16LE(targetInfo.length, 42);
    challenge.writeUInt32LE(56 + name.length, 44);
    const message = authenticateMessage(
      Buffer.concat([challenge, name, targetInfo]),
      { username: "Domain\\User", password: "Password" },
      { clientChallenge: Buffer.from("aa".repeat(8), "hex"), nowMs: -11_644_473_600_000 },
    );
    const offset = message.readUInt32LE(24);
    expect(message.subarray(offset, offset + 16).toString("hex")).toBe("68cd0ab851e51c96aabc927bebef6a1c");
    expect(message.readUInt32LE(8)).toBe(3);
  });

  test("negotiate, challenge, authenticate on one connection", async () => {
    const challenge = Buffer.alloc(48);
    challenge.write("NTLMSSP\0", 0, "latin1");
    challenge.writeUInt32LE(2, 8);
    challenge.writeUInt32LE(0x00000201, 20);
    const seen: string[] = [];
    const peer = await startPeer((socket) => {
      onRequests(socket, (wire) => {
        const [scheme = "none", token = ""] = (wire.get("authorization") ?? "").split(" ");
        const type = token === "" ? 0 : Buffer.from(token, "base64").readUInt32LE(8);
        seen.push(`${scheme}${type} ${wire.body}`);
        if (type === 3) return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nin";
        const more = type === 1 ? ` ${challenge.toString("base64")}` : "";
        return `HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM${more}\r\nContent-Length: 0\r\n\r\n`;
      });
    });
    peers.push(peer);
    const result = await sendOnce({
      url: `http://dom%5Cann:pw@127.0.0.1:${peer.port}/`,
      auth: "ntlm",
      method: "POST",
      body: "b",
    });
    expect(result.exchanges.map((each) => each.status)).toEqual([401, 401, 200]);
    expect([seen, peer.connectionCount()]).toEqual([["0 b", "NTLM1 b", "NTLM3 b"], 1]);
  });

  test("a server that offers Basic gets it; a broken challenge fails the request", async () => {
    const peer = await startPeer((socket) =>
      onRequests(socket, (wire) =>
        wire.get("authorization")?.startsWith("Basic")
          ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
          : "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
      ),
    );
    const broken = await startPeer((socket) =>
      onRequests(
        socket,
        (wire) =>
          `HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM${wire.get("authorization") ? " AAAA" : ""}\r\nContent-Length: 0\r\n\r\n`,
      ),
    );
    peers.push(peer, broken);
    const result = await sendOnce({ url: `http://ann:pw@127.0.0.1:${peer.port}/`, auth: "ntlm" });
    expect(result.exchanges.map((each) => each.status)).toEqual([401, 200]);
    const failed = await sendOnce({ url: `http://ann:pw@127.0.0.1:${broken.port}/`, auth: "ntlm" });
    expect(last(failed).error).toBe("invalid NTLM challenge message");
  });

  test("the negotiate message names the domain", () => {
    expect(negotiateMessage({ username: "dom\\ann", password: "" }).subarray(40).toString()).toBe("DOM");
  });
});
