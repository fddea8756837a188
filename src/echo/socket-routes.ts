/**
 * What a WebSocket connection meets, chosen by the path of its URL.
 *
 * | path | behaviour |
 * |---|---|
 * | `/`, `/ws/echo` | sends every message back, text as text and binary as binary |
 * | `/ws/headers` | sends the request's headers as JSON, then echoes |
 * | `/ws/ping?ms=1000` | pings every so often, and echoes |
 * | `/ws/close/4000?reason=why` | closes at once with that code |
 * | `/ws/refuse/403` | refuses the upgrade with that status |
 * | `/ws`, `/ws/NAME`, `/ws/crocochat/NAME/` | a chat room, see `chat-room.ts` |
 */
import type { IncomingMessage } from "node:http";
import type { RawData, WebSocket } from "ws";
import type { ChatRooms } from "./chat-room.ts";
import { sendBounded } from "./send.ts";

/** What to do with an upgrade: open a connection, or answer with an HTTP status. */
export type SocketRoute = { accept(socket: WebSocket, request: IncomingMessage): void } | { refuse: number };

function echo(socket: WebSocket): void {
  socket.on("message", (data: RawData, isBinary: boolean) => sendBounded(socket, data, isBinary));
}

function pingEvery(socket: WebSocket, intervalMs: number): void {
  const timer = setInterval(() => socket.ping(), intervalMs);
  socket.on("close", () => clearInterval(timer));
}

/** An integer written in a URL, if it is one and lies in the range. */
function integerIn(text: string | null | undefined, { min, max }: { min: number; max: number }): number | undefined {
  if (!text || !/^\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/** Chooses by path; an unknown path or a number out of range is refused with 404 or 400. */
export function findSocketRoute(url: URL, rooms: ChatRooms): SocketRoute {
  const [first, second, third, ...rest] = url.pathname.split("/").filter(Boolean);
  if (first === undefined) return { accept: echo };
  if (first !== "ws" || rest.length > 0) return { refuse: 404 };

  if (second === "crocochat" && third !== undefined) return { accept: (socket) => rooms.join(third, socket) };
  if (second === "close" && third !== undefined) {
    // RFC 6455, section 7.4: an application may send 1000, what is registered from 1001 to 1014, and 3000 to 4999.
    const code = integerIn(third, { min: 1000, max: 4999 });
    if (code === undefined || [1004, 1005, 1006].includes(code) || (code > 1014 && code < 3000)) return { refuse: 400 };
    return { accept: (socket) => socket.close(code, url.searchParams.get("reason") ?? "") };
  }
  if (second === "refuse" && third !== undefined) {
    return { refuse: integerIn(third, { min: 200, max: 599 }) ?? 400 };
  }
  if (third !== undefined) return { refuse: 404 };

  switch (second) {
    case "echo":
      return { accept: echo };
    case "headers":
      return {
        accept(socket, request) {
          echo(socket);
          sendBounded(socket, JSON.stringify(request.headers));
        },
      };
    case "ping": {
      const intervalMs = integerIn(url.searchParams.get("ms") ?? "1000", { min: 1, max: 3_600_000 });
      if (intervalMs === undefined) return { refuse: 400 };
      return {
        accept(socket) {
          echo(socket);
          pingEvery(socket, intervalMs);
        },
      };
    }
    default:
      return { accept: (socket) => rooms.join(second ?? "public", socket) };
  }
}
