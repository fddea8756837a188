import { expect, test } from "bun:test";
import { LocalIps } from "../../src/net/local-ips.ts";

const first = (text: string, count: number) => {
  const pool = new LocalIps(text);
  return Array.from({ length: count }, (_, index) => pool.at(index));
};

test("addresses, ranges and networks make one list that begins anew at its end", () => {
  expect(first("10.0.0.1,10.0.1.254-10.0.2.1,fd00::8-fd00::9", 8)).toEqual([
    "10.0.0.1",
    "10.0.1.254",
    "10.0.1.255",
    "10.0.2.0",
    "10.0.2.1",
    "fd00::8",
    "fd00::9",
    "10.0.0.1",
  ]);
});

test("an IPv4 network lends neither its first nor its last address, if there are more than two", () => {
  expect(first("192.168.0.8/30", 3)).toEqual(["192.168.0.9", "192.168.0.10", "192.168.0.9"]);
  expect(first("192.168.0.8/31", 3)).toEqual(["192.168.0.8", "192.168.0.9", "192.168.0.8"]);
  expect(first("fd00::/126", 5)).toEqual(["fd00::", "fd00::1", "fd00::2", "fd00::3", "fd00::"]);
});
