/**
 * The global `crypto`: getRandomValues, randomUUID and `subtle`, over the runtime's own Web Crypto.
 *
 * What k6 checks before it starts is checked here, in its order and words; the work itself and all further refusals are
 * the runtime's. Keys of scripts are plain objects that hold the runtime's keys invisibly.
 *
 * Behaviour: k6 docs, javascript-api/crypto; k6 source, modules/k6/webcrypto; conformance: modules/webcrypto-*.
 */
import { GoError } from "./go-error.ts";
import { bareRejection, namedRejection, promised, rejected, Rejection } from "./promised.ts";
import type { VuRuntime } from "./runtime.ts";
import { bytesOf, typedArrayName } from "./script-bytes.ts";

type Operation =
  | "digest"
  | "generateKey"
  | "importKey"
  | "exportKey"
  | "encrypt"
  | "decrypt"
  | "sign"
  | "verify"
  | "deriveBits"
  | "deriveKey"
  | "wrapKey"
  | "unwrapKey";
/** Parameters of an algorithm as the runtime takes them. */
type Parameters = { name: string } & Record<string, any>;

const AES = ["AES-CBC", "AES-CTR", "AES-GCM", "AES-KW"];
const HASHES = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];
const RSA = ["RSASSA-PKCS1-v1_5", "RSA-PSS", "RSA-OAEP"];
const KEYED = [...AES, ...RSA, "HMAC", "ECDSA", "ECDH"];
const SIGNING = ["HMAC", "ECDSA", "RSA-PSS", "RSASSA-PKCS1-v1_5"];
const WRAPPING = [...AES, "RSA-OAEP"];
const DERIVING = ["PBKDF2", "ECDH", "HKDF"];

const SUPPORTED: Readonly<Record<Operation, readonly string[]>> = {
  digest: HASHES,
  generateKey: KEYED,
  importKey: [...KEYED, "PBKDF2", "HKDF"],
  exportKey: KEYED,
  encrypt: WRAPPING,
  decrypt: WRAPPING,
  sign: SIGNING,
  verify: SIGNING,
  deriveBits: DERIVING,
  deriveKey: DERIVING,
  wrapKey: WRAPPING,
  unwrapKey: WRAPPING,
};

/** Members of the dictionaries that describe algorithms, but for `name`, `hash` and `public`. */
const BYTES = ["iv", "counter", "additionalData", "label", "salt", "info", "publicExponent"];
const PLAIN = ["length", "tagLength", "saltLength", "iterations", "modulusLength", "namedCurve"];

const RANDOM_TYPES = /^(Int|Uint)(8|16|32)(Clamped)?Array$/;
const RANDOM_MAX = 65_536;
const AES_KEY_BYTES = [16, 24, 32];

const fail = (name: string, message: string): never => {
  throw namedRejection(name, message);
};

/** What a failed decryption is called, by algorithm; the runtime names no reason. */
const DECRYPT_FAILURES: Readonly<Record<string, string>> = {
  "AES-CBC": "invalid padding",
  "AES-GCM": "could not decrypt ciphertext",
  "RSA-OAEP": "could not decrypt data",
};

/** Makes the functions of `crypto` and of `crypto.subtle`, once a thread. */
export function cryptoFunctions(runtime: VuRuntime): {
  crypto: Record<string, unknown>;
  subtle: Record<string, unknown>;
} {
  const { rt } = runtime;
  const { subtle } = globalThis.crypto;

  // ---- from the script -------------------------------------------------------------------------------------------

  const algorithmName = (given: any): string => {
    const name = String(typeof given === "string" ? given : (given?.name ?? "")).toUpperCase();
    return name === "RSASSA-PKCS1-V1_5" ? "RSASSA-PKCS1-v1_5" : name;
  };

  const normalize = (given: any, operation: Operation): Parameters => {
    if (typeof given !== "string" && (typeof given !== "object" || given === null)) {
      fail("SyntaxError", "algorithm cannot be interpreted as a string or an object");
    }
    const name = algorithmName(given);
    if (!SUPPORTED[operation].includes(name)) {
      fail("NotSupportedError", `algorithm "${name}" doesn't support (in implementation) operation "${operation}"`);
    }
    const parameters: Parameters = { name };
    if (typeof given === "string") return parameters;
    for (const member of PLAIN) if (given[member] !== undefined) parameters[member] = given[member];
    for (const member of BYTES) if (given[member] !== undefined) parameters[member] = copy(given[member]);
    if (given.hash !== undefined) {
      parameters.hash = { name: algorithmName(given.hash) };
      if (!HASHES.includes(parameters.hash.name))
        fail("NotSupportedError", `hash algorithm is not supported ${parameters.hash.name}`);
    }
    if (given.public !== undefined) {
      const key = rt.stateOf(given.public);
      if (!(key instanceof CryptoKey)) fail("TypeError", "algorithm's public is not a valid CryptoKey");
      parameters.public = key;
    }
    return parameters;
  };

  const copy = (value: unknown): Uint8Array<ArrayBuffer> => {
    if (value === undefined || value === null) fail("TypeError", "data is null or undefined");
    const bytes = bytesOf(value);
    if (bytes === undefined) fail("OperationError", "data is neither an ArrayBuffer, nor a TypedArray nor DataView");
    return new Uint8Array(bytes!);
  };

  const keyOf = (value: unknown, prefix = ""): CryptoKey => {
    const key = rt.stateOf(value);
    if (!(key instanceof CryptoKey))
      fail("InvalidAccessError", `${prefix}key argument does hold not a valid CryptoKey object`);
    return key;
  };

  const usagesOf = (value: any): KeyUsage[] => (Array.isArray(value) ? Array.from(value, String) : []) as KeyUsage[];

  /** Checks that a key is for this algorithm and use. */
  const checkKey = (key: CryptoKey, algorithm: Parameters, use: KeyUsage, prefix = ""): void => {
    if (algorithm.name !== key.algorithm.name)
      fail("InvalidAccessError", `${prefix}algorithm name does not match key algorithm name`);
    if (!key.usages.includes(use)) {
      fail("InvalidAccessError", `${prefix === "" ? "" : `${use}'s `}key does not contain the '${use}' usage`);
    }
  };

  // ---- to the script ---------------------------------------------------------------------------------------------

  const buffer = (bytes: ArrayBuffer): ArrayBuffer => rt.bytes(new Uint8Array(bytes)).buffer;

  const keyObject = (key: CryptoKey): object => {
    const algorithm = rt.json(
      JSON.stringify(key.algorithm, (name, value) => (name === "publicExponent" ? undefined : value)),
    );
    const { publicExponent } = key.algorithm as { publicExponent?: Uint8Array };
    if (publicExponent !== undefined) algorithm.publicExponent = rt.bytes(publicExponent);
    const object = Object.assign(rt.object(), {
      type: key.type,
      extractable: key.extractable,
      algorithm,
      usages: rt.array(key.usages),
    });
    return rt.tie(object, key);
  };

  const keyOrPair = (made: CryptoKey | CryptoKeyPair): object => {
    if (made instanceof CryptoKey) return keyObject(made);
    const pair = rt.object();
    pair.privateKey = keyObject(made.privateKey);
    pair.publicKey = keyObject(made.publicKey);
    return pair;
  };

  /** Errors of the runtime keep their name; where they say nothing, `otherwise` does. */
  const refusal = (error: unknown, otherwise: string): Rejection => {
    if (error instanceof Rejection) return error;
    const { name, message } = error as Error;
    return namedRejection(
      name === "Error" ? "OperationError" : name,
      name === "OperationError" || message === "" ? otherwise : message,
    );
  };

  /** A function of `subtle`: `start` checks and begins, its result is passed through `toScript`. */
  const operation = <T>(
    name: Operation,
    length: number,
    start: (args: any[]) => { work: Promise<T>; failure?: string },
    toScript: (value: T) => unknown,
  ): unknown =>
    rt.fn(name, length, (args) => {
      let begun: { work: Promise<T>; failure?: string };
      try {
        begun = start(args);
      } catch (error) {
        return rejected(runtime, refusal(error, `${name} failed`));
      }
      const { work, failure = `${name} failed` } = begun;
      return promised(
        runtime,
        work.catch((error) => {
          throw refusal(error, failure);
        }),
        toScript,
      );
    });

  const cipher = (name: "encrypt" | "decrypt"): unknown =>
    operation(
      name,
      3,
      ([given, keyGiven, dataGiven]) => {
        const data = copy(dataGiven);
        const algorithm = normalize(given, name);
        const key = keyOf(keyGiven, `${name}'s `);
        checkKey(key, algorithm, name, `${name}'s `);
        const failure = name === "encrypt" ? "could not encrypt data" : DECRYPT_FAILURES[algorithm.name];
        return { work: subtle[name](algorithm as never, key, data), ...(failure !== undefined && { failure }) };
      },
      buffer,
    );

  const checkImport = (format: string, data: unknown, algorithm: Parameters): void => {
    if (!["raw", "jwk", "pkcs8", "spki"].includes(format)) fail("ImplementationError", `unsupported format ${format}`);
    if (!AES.includes(algorithm.name)) return;
    if (format !== "raw" && format !== "jwk") fail("NotSupportedError", `unsupported key format ${format}`);
    const size = data instanceof Uint8Array ? data.length : undefined;
    if (size !== undefined && !AES_KEY_BYTES.includes(size)) fail("DataError", `invalid key length ${size} bytes`);
  };

  const keyData = (format: string, given: unknown): unknown =>
    format === "jwk" ? JSON.parse(rt.stringify(given) ?? "null") : copy(given);

  return {
    crypto: {
      getRandomValues: rt.fn("getRandomValues", 1, ([array]) => {
        if (!RANDOM_TYPES.test(typedArrayName(array) ?? "")) {
          throw new GoError("TypeMismatchError: typedArray parameter isn't a TypedArray instance");
        }
        if (array.length > RANDOM_MAX) {
          throw new GoError(`QuotaExceededError: typedArray parameter is too big; maximum length is ${RANDOM_MAX}`);
        }
        const bytes = bytesOf(array)!;
        for (let at = 0; at < bytes.length; at += RANDOM_MAX)
          globalThis.crypto.getRandomValues(bytes.subarray(at, at + RANDOM_MAX));
        return array;
      }),
      randomUUID: rt.fn("randomUUID", 0, () => globalThis.crypto.randomUUID()),
    },
    subtle: {
      decrypt: cipher("decrypt"),
      deriveBits: operation(
        "deriveBits",
        3,
        ([given, keyGiven, length]) => {
          const algorithm = normalize(given, "deriveBits");
          const key = keyOf(keyGiven);
          if (Number(length) === 0) fail("OperationError", "length can not be 0");
          if (Number(length) % 8 !== 0)
            fail("OperationError", "currently only multiples of 8 are supported for length");
          return { work: subtle.deriveBits(algorithm as never, key, Number(length)), failure: "length is too large" };
        },
        buffer,
      ),
      deriveKey: operation(
        "deriveKey",
        5,
        ([given, keyGiven, derived, extractable, usages]) => {
          const algorithm = normalize(given, "deriveKey");
          const wanted = normalize(derived, "importKey");
          const work = subtle.deriveKey(
            algorithm as never,
            keyOf(keyGiven),
            wanted as never,
            Boolean(extractable),
            usagesOf(usages),
          );
          return { work };
        },
        keyObject,
      ),
      digest: operation(
        "digest",
        2,
        ([given, data]) => {
          const bytes = bytesOf(data);
          if (bytes === undefined) throw bareRejection("data must be an ArrayBuffer, TypedArray, or DataView");
          return { work: subtle.digest(normalize(given, "digest"), new Uint8Array(bytes)) };
        },
        buffer,
      ),
      encrypt: cipher("encrypt"),
      exportKey: operation(
        "exportKey",
        2,
        ([format, keyGiven]) => {
          const key = rt.stateOf(keyGiven);
          if (!(key instanceof CryptoKey)) fail("InvalidAccessError", "key is not an object");
          normalize(key.algorithm.name, "exportKey");
          if (!key.extractable) fail("InvalidAccessError", "the key is not extractable");
          return { work: subtle.exportKey(String(format) as never, key) as Promise<ArrayBuffer | JsonWebKey> };
        },
        (exported) => (exported instanceof ArrayBuffer ? buffer(exported) : rt.json(JSON.stringify(exported))),
      ),
      generateKey: operation(
        "generateKey",
        3,
        ([given, extractable, usages]) => {
          const algorithm = normalize(given, "generateKey");
          const wanted = usagesOf(usages);
          if (wanted.length === 0) fail("SyntaxError", "usages cannot not be empty for a secret or private CryptoKey");
          const work = subtle.generateKey(algorithm as never, Boolean(extractable), wanted) as Promise<
            CryptoKey | CryptoKeyPair
          >;
          return { work };
        },
        keyOrPair,
      ),
      importKey: operation(
        "importKey",
        5,
        ([formatGiven, data, given, extractable, usages]) => {
          const format = String(formatGiven);
          const algorithm = normalize(given, "importKey");
          const bytes = keyData(format, data);
          checkImport(format, bytes, algorithm);
          const work = subtle.importKey(
            format as never,
            bytes as never,
            algorithm as never,
            Boolean(extractable),
            usagesOf(usages),
          );
          return { work };
        },
        keyObject,
      ),
      sign: operation(
        "sign",
        3,
        ([given, keyGiven, dataGiven]) => {
          const data = copy(dataGiven);
          const algorithm = normalize(given, "sign");
          const key = keyOf(keyGiven);
          checkKey(key, algorithm, "sign");
          return { work: subtle.sign(algorithm as never, key, data), failure: "could not sign data" };
        },
        buffer,
      ),
      unwrapKey: operation(
        "unwrapKey",
        7,
        ([format, wrapped, keyGiven, given, keyAlgorithm, extractable, usages]) => {
          const algorithm = normalize(given, "unwrapKey");
          const wanted = normalize(keyAlgorithm, "importKey");
          const work = subtle.unwrapKey(
            String(format) as never,
            copy(wrapped),
            keyOf(keyGiven),
            algorithm as never,
            wanted as never,
            Boolean(extractable),
            usagesOf(usages),
          );
          return { work };
        },
        keyObject,
      ),
      verify: operation(
        "verify",
        4,
        ([given, keyGiven, signatureGiven, dataGiven]) => {
          const signature = copy(signatureGiven);
          const data = copy(dataGiven);
          const algorithm = normalize(given, "verify");
          const key = keyOf(keyGiven);
          checkKey(key, algorithm, "verify");
          return { work: subtle.verify(algorithm as never, key, signature, data) };
        },
        (isValid) => isValid,
      ),
      wrapKey: operation(
        "wrapKey",
        4,
        ([format, keyGiven, wrappingKey, given]) => {
          const algorithm = normalize(given, "wrapKey");
          return {
            work: subtle.wrapKey(String(format) as never, keyOf(keyGiven), keyOf(wrappingKey), algorithm as never),
          };
        },
        buffer,
      ),
    },
  };
}
