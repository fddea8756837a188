/** Basic authentication (RFC 7617): user and password of the URL, as Go's HTTP client sends them. */
import { type UserInfo, toBytes } from "../url.ts";

/** Value of an Authorization or Proxy-Authorization field. */
export function basicAuthorization(user: UserInfo): string {
  const pair = toBytes(`${user.username}:${user.password ?? ""}`);
  return `Basic ${Buffer.from(pair, "latin1").toString("base64")}`;
}
