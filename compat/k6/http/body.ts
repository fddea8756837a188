/**
 * Bodies of requests: text, bytes, and objects, which become forms; with a file in it a form is multipart.
 *
 * Behaviour: k6 docs, javascript-api/k6-http/request and data uploads; conformance: http/bodies, body-errors, multipart.
 */
import { bytesOf, GoError, isArrayBuffer, typedArrayName, type VuRuntime } from "../../../src/module-api.ts";
import { goTypeName, toBytes } from "../go-type.ts";
import { type FormFile, fileBehind } from "./file.ts";
import { goText } from "./go-text.ts";

export interface RequestBody {
  content: string | Uint8Array;
  /** Sent unless the script says otherwise; undefined for no such header. */
  contentType: string | undefined;
}

const FORM = "application/x-www-form-urlencoded";
const BOUNDARY_BYTES = 30;

/**
 * Reads what a script gives as a body.
 *
 * @returns Undefined for none.
 * @throws {GoError} For what k6 does not send.
 */
export function readBody(runtime: VuRuntime, given: unknown): RequestBody | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === "string") return { content: given, contentType: undefined };
  if (typeof given !== "object") throw unknownType(goTypeName(given));
  // a copy: the script may change its bytes while they are being sent
  if (isArrayBuffer(given)) return { content: new Uint8Array(given).slice(), contentType: undefined };
  switch (Object.prototype.toString.call(given)) {
    case "[object String]":
      return { content: String(given), contentType: undefined };
    case "[object Number]":
    case "[object Boolean]":
      throw unknownType(goTypeName((given as { valueOf(): unknown }).valueOf()));
    case "[object Date]":
      throw unknownType("time.Time");
    case "[object Promise]":
      throw unknownType("*sobek.Promise");
    case "[object Map]":
      throw unknownType("[][2]interface {}");
    case "[object Set]":
      throw unknownType("[]interface {}");
  }
  const typed = typedArrayName(given);
  if (typed === "Uint8Array" || typed === "Uint8ClampedArray") {
    return { content: bytesOf(given)!.slice(), contentType: undefined };
  }
  if (typed !== undefined || Array.isArray(given)) throw unknownType(goTypeName(given));
  return formBody(runtime, given as Record<string, unknown>);
}

const unknownType = (type: string) => new GoError(`unknown request body type ${type}`);

function formBody(runtime: VuRuntime, fields: Record<string, unknown>): RequestBody {
  const names = Object.keys(fields);
  const hasFile = names.some((name) => typeof fields[name] === "object" && fileBehind(runtime, fields[name]));
  if (hasFile) return multipartBody(runtime, fields);
  const form = new Map<string, string[]>();
  for (const name of names) {
    const value = fields[name];
    if (!Array.isArray(value)) form.set(name, [goText(value)]);
    else if (value.length > 0) form.set(name, value.map(goText));
  }
  return { content: encodeForm(form), contentType: FORM };
}

/** Names sorted, as Go's `url.Values` encodes itself. */
export function encodeForm(form: ReadonlyMap<string, readonly string[]>): string {
  const pairs: string[] = [];
  for (const name of [...form.keys()].sort()) {
    for (const value of form.get(name)!) pairs.push(`${queryEscape(name)}=${queryEscape(value)}`);
  }
  return pairs.join("&");
}

/** Go's `url.QueryEscape`. */
function queryEscape(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

function multipartBody(runtime: VuRuntime, fields: Record<string, unknown>): RequestBody {
  const boundary = Buffer.from(crypto.getRandomValues(new Uint8Array(BOUNDARY_BYTES))).toString("hex");
  const chunks: Uint8Array[] = [];
  for (const name of Object.keys(fields)) {
    const file = fileBehind(runtime, fields[name]);
    const opening = `${chunks.length === 0 ? "" : "\r\n"}--${boundary}\r\n`;
    if (file === undefined) {
      const head = `Content-Disposition: form-data; name="${escapeQuotes(name)}"\r\n\r\n`;
      chunks.push(Buffer.from(`${opening}${head}${goText(fields[name])}`));
    } else {
      chunks.push(Buffer.from(`${opening}${fileHead(name, file)}`), toBytes(file.data));
    }
  }
  chunks.push(Buffer.from(`\r\n--${boundary}--\r\n`));
  return { content: Buffer.concat(chunks), contentType: `multipart/form-data; boundary=${boundary}` };
}

const fileHead = (name: string, file: FormFile): string =>
  `Content-Disposition: form-data; name="${name}"; filename="${escapeQuotes(file.filename)}"\r\n` +
  `Content-Type: ${file.contentType}\r\n\r\n`;

const escapeQuotes = (text: string): string => text.replace(/[\\"]/g, (char) => `\\${char}`);
