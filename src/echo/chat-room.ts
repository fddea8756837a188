/**
 * Chat rooms that speak the JSON events of the k6 documentation's WebSocket examples.
 *
 * A client sends `{event: "SET_NAME", new_name}`, `{event: "SAY", message}` and `{event: "LEAVE"}`; everyone in the room
 * receives `SOMEONE_JOINED`, `NAME_CHANGE`, `CHAT_MSG` with `user` and `message`, and `LEAVE`. Other JSON is passed on to
 * everyone as it is. What is no JSON gets an `ERROR`, which its sender alone receives. A room exists while someone is in it.
 *
 * Behaviour: k6 docs, "WebSockets" example and "k6/websockets"; the room of the same name on their public test API.
 */
import type { RawData, WebSocket } from "ws";
import { sendBounded } from "./send.ts";

interface Member {
  socket: WebSocket;
  name: string;
}

type Room = Set<Member>;

/** The close code that follows a LEAVE: a normal end, so that scripts see no error. */
const leftCode = 1000;

export class ChatRooms {
  readonly #rooms = new Map<string, Room>();

  /** Lets a connection into a room and tells the others. */
  join(roomName: string, socket: WebSocket): void {
    const room: Room = this.#rooms.get(roomName) ?? new Set();
    this.#rooms.set(roomName, room);
    const member: Member = { socket, name: "anonymous" };
    room.add(member);
    socket.on("message", (data) => receive({ room, roomName, member, text: textOf(data) }));
    socket.on("close", () => {
      room.delete(member);
      if (room.size === 0 && this.#rooms.get(roomName) === room) this.#rooms.delete(roomName);
    });
    tellAll(room, { event: "SOMEONE_JOINED", room: roomName, message: `${member.name} joined` });
  }
}

function textOf(data: RawData): string {
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data as Buffer).toString();
}

function receive(arrival: { room: Room; roomName: string; member: Member; text: string }): void {
  const { room, roomName, member, text } = arrival;
  const message = parseEvent(text);
  if (message === undefined) {
    member.socket.send(
      JSON.stringify({ event: "ERROR", room: roomName, message: "a message has to be a JSON object" }),
    );
    return;
  }
  switch (message["event"]) {
    case "SET_NAME": {
      const before = member.name;
      member.name = String(message["new_name"] ?? before);
      const note = `${before} is now called ${member.name}`;
      tellAll(room, { event: "NAME_CHANGE", room: roomName, user: member.name, message: note });
      break;
    }
    case "SAY":
      tellAll(room, { event: "CHAT_MSG", room: roomName, user: member.name, message: message["message"] ?? "" });
      break;
    case "LEAVE":
      tellAll(room, { event: "LEAVE", room: roomName, user: member.name, message: `${member.name} leaves` });
      room.delete(member);
      member.socket.close(leftCode, "left");
      break;
    default:
      tellAll(room, message);
  }
}

/** A JSON object, or undefined if the text is anything else. */
function parseEvent(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function tellAll(room: Room, message: Record<string, unknown>): void {
  const text = JSON.stringify(message);
  for (const member of room) sendBounded(member.socket, text);
}
