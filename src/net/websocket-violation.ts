/**
 * What a frame's first two bytes have in them that the protocol forbids, in the words that k6's client tells its peer: all of
 * it, not only what was noticed first.
 *
 * RFC 6455, section 5.2; texts and their order are those of gorilla/websocket 1.5.3.
 */
import { CONTROL_PAYLOAD_BYTES_MAX, Opcode } from "./websocket-frame.ts";

/** @param state `fragmented` while a message is in parts. @returns Empty if nothing is wrong. */
export function headerViolations(
  first: number,
  second: number,
  state: { deflate: boolean; fragmented: boolean },
): string {
  const wrong: string[] = [];
  const opcode = first & 0x0f;
  if ((first & 0x40) !== 0 && !state.deflate) wrong.push("RSV1 set");
  if ((first & 0x20) !== 0) wrong.push("RSV2 set");
  if ((first & 0x10) !== 0) wrong.push("RSV3 set");
  switch (opcode) {
    case Opcode.Close:
    case Opcode.Ping:
    case Opcode.Pong:
      if ((second & 0x7f) > CONTROL_PAYLOAD_BYTES_MAX) wrong.push("len > 125 for control");
      if ((first & 0x80) === 0) wrong.push("FIN not set on control");
      break;
    case Opcode.Text:
    case Opcode.Binary:
      if (state.fragmented) wrong.push("data before FIN");
      break;
    case Opcode.Continuation:
      if (!state.fragmented) wrong.push("continuation after FIN");
      break;
    default:
      wrong.push(`bad opcode ${opcode}`);
  }
  if ((second & 0x80) !== 0) wrong.push("bad MASK");
  return wrong.join(", ");
}
