/**
 * What is wrong with a text that is no JSON, in the words of Go's `encoding/json`, and where.
 *
 * Only asked once a text has been refused; walks the bytes as Go's scanner does, one state for each.
 */

interface SyntaxProblem {
  message: string;
  /** Bytes that were read, the wrong one included. */
  offset: number;
}

/** What k6 says: line and character count from 1, in characters. */
export function jsonErrorText(bytes: Uint8Array): string {
  const { message, offset } = findProblem(bytes);
  const { line, character } = placeOf(bytes, Math.max(0, offset - 1));
  return `cannot parse json due to an error at line ${line}, character ${character} , error: ${message}`;
}

function placeOf(bytes: Uint8Array, offset: number): { line: number; character: number } {
  let line = 1;
  let character = 0;
  let at = 0;
  for (const char of Buffer.from(bytes).toString("utf8")) {
    const isNewline = char === "\n";
    if (isNewline) {
      line++;
      character = 0;
    } else character++;
    if (at >= offset) {
      if (isNewline) character = 1;
      break;
    }
    at += Buffer.byteLength(char);
  }
  return { line, character };
}

type Step = (byte: number) => string | undefined;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isHex = (byte: number): boolean =>
  isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
const code = (char: string): number => char.charCodeAt(0);

/** A byte as Go shows it: `'p'`. */
function shown(byte: number): string {
  if (byte === code("'")) return "'\\''";
  if (byte === code('"')) return "'\"'";
  const named = { 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 92: "\\\\" }[byte];
  if (named !== undefined) return `'${named}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, "0")}'`;
  if ((byte >= 0x80 && byte <= 0xa0) || byte === 0xad) return `'\\u00${byte.toString(16)}'`;
  return `'${String.fromCharCode(byte)}'`;
}

function findProblem(bytes: Uint8Array): SyntaxProblem {
  const scanner = new Scanner();
  for (let i = 0; i < bytes.length; i++) {
    const context = scanner.step(bytes[i]!);
    if (context !== undefined) return { message: `invalid character ${shown(bytes[i]!)} ${context}`, offset: i + 1 };
  }
  return { message: "unexpected end of JSON input", offset: bytes.length };
}

/** One byte after the other; `step` says in which context a byte is wrong. */
class Scanner {
  step: Step = (byte) => this.#value(byte);
  /** What the scanner is inside of, outermost first. */
  readonly #inside: ("key" | "object" | "array")[] = [];

  #value(byte: number): string | undefined {
    if (isSpace(byte)) return undefined;
    switch (byte) {
      case code("{"):
        this.#inside.push("key");
        this.step = (next) => {
          if (isSpace(next)) return undefined;
          if (next === code("}")) return this.#close();
          return this.#key(next);
        };
        return undefined;
      case code("["):
        this.#inside.push("array");
        this.step = (next) => {
          if (isSpace(next)) return undefined;
          if (next === code("]")) return this.#close();
          return this.#value(next);
        };
        return undefined;
      case code('"'):
        this.step = this.#string;
        return undefined;
      case code("-"):
        this.step = (next) => (isDigit(next) ? this.#number(next) : "in numeric literal");
        return undefined;
      case code("t"):
        return this.#literal("true");
      case code("f"):
        return this.#literal("false");
      case code("n"):
        return this.#literal("null");
    }
    return isDigit(byte) ? this.#number(byte) : "looking for beginning of value";
  }

  #key(byte: number): string | undefined {
    if (isSpace(byte)) return undefined;
    if (byte !== code('"')) return "looking for beginning of object key string";
    this.step = this.#string;
    return undefined;
  }

  readonly #string: Step = (byte) => {
    if (byte === code('"')) this.step = this.#afterValue;
    else if (byte === code("\\")) this.step = this.#escape;
    else if (byte < 0x20) return "in string literal";
    return undefined;
  };

  readonly #escape: Step = (byte) => {
    if (byte === code("u")) {
      let left = 4;
      this.step = (next) => {
        if (!isHex(next)) return "in \\u hexadecimal character escape";
        if (--left === 0) this.step = this.#string;
        return undefined;
      };
      return undefined;
    }
    if (!'bfnrt\\/"'.includes(String.fromCharCode(byte))) return "in string escape code";
    this.step = this.#string;
    return undefined;
  };

  #number(first: number): undefined {
    this.step = (byte) => {
      if (first !== code("0") && isDigit(byte)) return undefined;
      return this.#fraction(byte);
    };
  }

  #fraction(byte: number): string | undefined {
    if (byte !== code(".")) return this.#exponent(byte);
    this.step = (first) => {
      if (!isDigit(first)) return "after decimal point in numeric literal";
      this.step = (next) => (isDigit(next) ? undefined : this.#exponent(next));
      return undefined;
    };
    return undefined;
  }

  #exponent(byte: number): string | undefined {
    if (byte !== code("e") && byte !== code("E")) {
      this.step = this.#afterValue;
      return this.#afterValue(byte);
    }
    const digits: Step = (next) => (isDigit(next) ? undefined : this.#ended(next));
    const firstDigit: Step = (next) => {
      if (!isDigit(next)) return "in exponent of numeric literal";
      this.step = digits;
      return undefined;
    };
    this.step = (next) => {
      if (next !== code("+") && next !== code("-")) return firstDigit(next);
      this.step = firstDigit;
      return undefined;
    };
    return undefined;
  }

  #ended(byte: number): string | undefined {
    this.step = this.#afterValue;
    return this.#afterValue(byte);
  }

  #literal(word: string): undefined {
    let at = 1;
    this.step = (byte) => {
      if (byte !== word.charCodeAt(at)) return `in literal ${word} (expecting '${word[at]}')`;
      if (++at === word.length) this.step = this.#afterValue;
      return undefined;
    };
  }

  readonly #afterValue: Step = (byte) => {
    if (isSpace(byte)) return undefined;
    switch (this.#inside.at(-1)) {
      case undefined:
        return "after top-level value";
      case "key":
        if (byte !== code(":")) return "after object key";
        this.#inside[this.#inside.length - 1] = "object";
        this.step = (next) => this.#value(next);
        return undefined;
      case "object":
        if (byte === code("}")) return this.#close();
        if (byte !== code(",")) return "after object key:value pair";
        this.#inside[this.#inside.length - 1] = "key";
        this.step = (next) => this.#key(next);
        return undefined;
      case "array":
        if (byte === code("]")) return this.#close();
        if (byte !== code(",")) return "after array element";
        this.step = (next) => this.#value(next);
        return undefined;
    }
  };

  #close(): undefined {
    this.#inside.pop();
    this.step = this.#afterValue;
  }
}
