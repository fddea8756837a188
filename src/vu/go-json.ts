/**
 * JSON as k6 makes it of what setup() returns: keys sorted, dates in RFC 3339, `undefined` as null, and an error for what
 * JSON cannot hold.
 *
 * Goldens: core/setup-*. Errors carry k6's words, without `error marshaling setup() data to JSON: ` before them.
 */

/**
 * @param isMethod Whether a function is a method of the host's object that carries it, and so no data.
 * @throws {Error} For functions, symbols, numbers that are not finite, and cycles.
 */
export function goJson(value: unknown, isMethod: (f: object, owner: object) => boolean): string {
  const above: object[] = [];
  const write = (v: unknown): string => {
    switch (typeof v) {
      case "string":
        return JSON.stringify(v);
      case "number":
        if (!Number.isFinite(v)) throw new Error(`json: unsupported value: ${v > 0 ? "+Inf" : v < 0 ? "-Inf" : "NaN"}`);
        return JSON.stringify(v);
      case "boolean":
        return String(v);
      case "bigint":
        return v.toString();
      case "undefined":
        return "null";
      case "function":
        throw new Error("json: unsupported type: func(sobek.FunctionCall) sobek.Value");
      case "symbol":
        throw new Error("json: unsupported type: *sobek.Symbol");
    }
    if (v === null) return "null";
    const object = v as Record<string, unknown>;
    if (above.includes(object))
      throw new Error("json: unsupported value: encountered a cycle via map[string]interface {}");
    above.push(object);
    let text: string;
    const kind = Object.prototype.toString.call(object);
    switch (kind) {
      case "[object Date]":
        text = JSON.stringify((object as unknown as Date).toISOString().replace(/\.?0*Z$/, "Z"));
        break;
      case "[object Number]":
      case "[object String]":
      case "[object Boolean]":
        text = write(object.valueOf());
        break;
      case "[object Array]":
        text = `[${Array.from(object as unknown as unknown[], write).join()}]`;
        break;
      case "[object Map]":
      case "[object Set]":
        text = `[${Array.from(object as unknown as Iterable<unknown>, write).join()}]`;
        break;
      case "[object Uint8Array]":
      case "[object Uint8ClampedArray]":
        text = JSON.stringify(Buffer.from(object as unknown as Uint8Array).toString("base64"));
        break;
      default:
        if (/^\[object (?:Int|Uint|Float|BigInt|BigUint)\d+Array]$/.test(kind)) {
          text = `[${Array.from(object as unknown as Iterable<number | bigint>, write).join()}]`;
          break;
        }
        text = `{${Object.keys(object)
          .sort()
          .map((key) => [key, object[key]] as const)
          .filter(([, member]) => typeof member !== "function" || !isMethod(member, object))
          .map(([key, member]) => `${JSON.stringify(key)}:${write(member)}`)
          .join()}}`;
    }
    above.pop();
    return text;
  };
  return write(value);
}
