/** What error handlers of `k6/ws` are given: objects with a function `error`, and for close frames their parts. */
import type { Realm } from "../../../src/module-api.ts";
import { closeErrorText } from "../../../src/websocket-api.ts";

/** The error of a close frame with another code than 1000 or 1001. */
export function closeError(rt: Realm, close: { code: number; reason: string; text: string | undefined }): object {
  const { code, reason, text } = close;
  const object = rt.object() as Record<string, unknown>;
  object["code"] = code;
  object["text"] = reason;
  return rt.goError(object, text ?? closeErrorText(code, reason));
}

export const plainError = (rt: Realm, text: string): object => rt.goError(rt.object(), text);
