/**
 * From an unknown value, the script's exported `options` or a configuration file, to `Options`; or to all errors at once.
 *
 * k6 stops at the first value that it cannot read and says so in its JSON decoder's words. The message here is that very
 * one; what else is wrong, where, and what would be right stands in the hint. Which error comes first follows the decoder:
 * a value that is read by a function of its own and is no array or object ends the reading at once, any other complaint is
 * kept until the end, and the first one kept is told.
 *
 * Keys are found whatever their case (`preallocatedVus`), null is "not set", and a whole number may come as a text.
 *
 * Behaviour: k6 source, lib/options.go, lib/executors.go, internal/js/bundle.go; guregu/null v3; Go, encoding/json.
 */
import { type Position, UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { quote } from "../base/quote.ts";
import { didYouMean } from "../base/typo.ts";
import { type JsonDocument, type JsonNode, NotJsonError, toJsonDocument, toPlain } from "./json-node.ts";
import type { Notice } from "./notice.ts";
import { readScenarios, readStage } from "./read-scenarios.ts";
import {
  isNull,
  listOf,
  mapOf,
  type Reader,
  Reading,
  readBool,
  readDuration,
  readElement,
  readFields,
  readInt,
  readPlainString,
  readString,
  readStrings,
  readTags,
  textOf,
  unknownField,
} from "./reading.ts";
import {
  type DnsOptions,
  OPTIONS,
  type Options,
  type OptionType,
  RUN_OPTIONS,
  type RunOptions,
  RUNTIME_OPTIONS,
  type ThresholdConfig,
  type TlsAuth,
  type TlsVersionName,
  type TlsVersionRange,
} from "./schema.ts";
import { formatSegmentSequence, parseSegmentSequence, Segment } from "./segment.ts";
import {
  checkDnsPolicy,
  checkDnsSelect,
  checkHostnamePattern,
  checkHostPattern,
  parseCidrOption,
  parseHostAddress,
  selectSystemTags,
} from "./text-values.ts";
import { TLS_CIPHER_SUITES, TLS_VERSIONS } from "./tls-names.ts";
import { tlsPairProblem } from "./tls-pair.ts";

export interface ReadResult {
  options: Options;
  notices: Notice[];
}

export interface ScriptSource {
  /** Goes before the message, as `could not initialize 'script.js': could not load JS test 'file:///script.js': `. */
  prefix?: string;
  /** Where the options are in the script. */
  at?: Position;
}

/**
 * Reads the `options` that a script exports.
 *
 * @throws {UserError} `invalid-options`, exit code 104.
 */
export function readScriptOptions(value: unknown, { prefix = "", at }: ScriptSource = {}): ReadResult {
  let document: JsonDocument;
  try {
    document = toJsonDocument(value, { sortKeys: true });
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    throw new UserError("invalid-options", {
      message: `${prefix}error parsing script options: ${error.message}`,
      hint: error.hint,
      at,
      exitCode: ExitCode.Generic,
    });
  }
  const reading = new Reading();
  const options = readOptions(reading, document.root, "lib.Options", "Options");
  const first = reading.first();
  if (first !== undefined) {
    const where =
      first.offset === undefined
        ? ""
        : `parsing options from script got error while parsing ${quote(lineAround(document.text, first.offset))}: `;
    throw new UserError("invalid-options", {
      message: prefix + where + first.message,
      hint: reading.hint(),
      at,
      exitCode: ExitCode.InvalidConfig,
    });
  }
  const notices = [...unknownFields(reading), ...reading.notices];
  if ((options.features?.length ?? 0) > 0) {
    notices.push({
      level: "warning",
      message: "Feature flags in script options are not supported; use --features, K6_FEATURES, or the JSON config",
      fields: { source: "options" },
    });
  }
  return { options, notices };
}

/** Options from an archive, which k6 wrote itself: the same form, nothing to warn about. */
export function readArchivedOptions(value: unknown): Options {
  return readScriptOptions(value).options;
}

/**
 * Reads a configuration file.
 *
 * @throws {UserError} `invalid-config-file`, exit code 104.
 */
export function readConfigFile(text: string, path: string): { options: Options; run: RunOptions; notices: Notice[] } {
  const fail = (message: string, hint?: string): UserError =>
    new UserError("invalid-config-file", {
      message: `failed to load the configuration file from the local file system: couldn't parse the configuration from ${quote(path)}: ${message}`,
      hint,
      exitCode: ExitCode.InvalidConfig,
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail((error as SyntaxError).message, "A configuration file is one JSON object.");
  }
  const { root } = toJsonDocument(value, { sortKeys: false });
  const reading = new Reading();
  const runReaders = runOptionReaders();
  const options = readOptions(reading, root, "cmd.Config", "Config", runReaders);
  const first = reading.first();
  if (first !== undefined) throw fail(first.message, reading.hint());
  const run: Record<string, unknown> = {};
  for (const name of Object.keys(runReaders)) {
    run[name] = (options as Record<string, unknown>)[name];
    delete (options as Record<string, unknown>)[name];
  }
  return { options, run: dropUnset(run) as RunOptions, notices: reading.notices };
}

/** The part of the text that k6 shows: from the line's start to its end, but at least to where the decoder was. */
function lineAround(text: string, offset: number): string {
  // k6 counts in the value's own text, but shows the text of all options, so the place may be a different one.
  const start = Math.max(text.slice(0, offset).lastIndexOf("\n"), 0);
  const end = Math.max(Math.min(text.slice(offset).indexOf("\n"), text.length - 1), offset);
  return text.slice(start, end).trim();
}

function readOptions(
  reading: Reading,
  root: JsonNode,
  goType: string,
  struct: string,
  more: Record<string, Reader<unknown>> = {},
): Options {
  if (root.kind === "null") return {};
  if (root.kind !== "object") {
    const hint = "Options are an object: { vus: 1, duration: '10s' }.";
    reading.mismatch(root, goType, { hint });
    return {};
  }
  reading.struct = struct;
  return readFields(
    reading,
    root,
    { ...optionReaders(), ...more },
    {
      onUnknown: (key) => reading.unknown.push(key),
      // In a configuration file the options are a part of a bigger structure, and Go names that too.
      fieldPrefix: (name) => (struct === "Config" && !(name in more) ? ["Options"] : []),
    },
  );
}

const readDns: Reader<DnsOptions> = (reading, node) => {
  if (isNull(node)) return undefined;
  return reading.document(node, () => {
    if (node.kind !== "object") {
      const goType =
        'struct { TTL null.String "json:\\"ttl\\""; Select types.NullDNSSelect "json:\\"select\\""; Policy types.NullDNSPolicy "json:\\"policy\\"" }';
      return reading.mismatch(node, goType, {
        immediate: true,
        hint: "It is an object: { ttl: '5m', select: 'random', policy: 'preferIPv4' }.",
      });
    }
    const named =
      <T>(check: (text: string) => T): Reader<T> =>
      (inner, child) => {
        if (isNull(child)) return undefined;
        if (child.kind === "string") return inner.text(child, () => check(child.value));
        return inner.document(child, () => inner.mismatch(child, "string", { immediate: true }));
      };
    const readers = { ttl: readString, select: named(checkDnsSelect), policy: named(checkDnsPolicy) };
    return readFields(reading, node, readers, { onUnknown: () => undefined }) as DnsOptions;
  });
};

const readTlsVersionName: Reader<TlsVersionName> = (reading, node) => {
  if (isNull(node)) return undefined;
  if (node.kind !== "string")
    return reading.document(node, () => reading.mismatch(node, "string", { immediate: true }));
  if (node.value === "") return undefined;
  if ((TLS_VERSIONS as readonly string[]).includes(node.value)) return node.value as TlsVersionName;
  return reading.complain(node, `unknown TLS version '${node.value}'`, {
    hint: `Versions are ${TLS_VERSIONS.join(", ")}.`,
  });
};

const readTlsVersion: Reader<TlsVersionRange> = (reading, node) => {
  if (isNull(node)) return undefined;
  return reading.document(node, () => {
    if (node.kind === "string" && (TLS_VERSIONS as readonly string[]).includes(node.value)) {
      return { min: node.value as TlsVersionName, max: node.value as TlsVersionName };
    }
    if (node.kind === "string" && node.value === "") return {};
    if (node.kind !== "object") {
      const hint = `Versions are ${TLS_VERSIONS.join(", ")}; two go in an object, { min, max }.`;
      return reading.mismatch(node, "lib.tlsVersionsFields", { immediate: true, hint });
    }
    const readers = { min: readTlsVersionName, max: readTlsVersionName };
    return readFields(reading, node, readers, { onUnknown: (key) => unknownField(reading, node, key, ["min", "max"]) });
  });
};

const readTlsCipherSuites: Reader<string[]> = (reading, node) => {
  const names = listOf("[]string", readElement, { own: true })(reading, node);
  const unknown = names?.find((name) => !TLS_CIPHER_SUITES.includes(name));
  if (unknown === undefined) return names;
  return reading.complain(node, `unknown cipher suite '${unknown}'`, { hint: didYouMean(unknown, TLS_CIPHER_SUITES) });
};

const readTlsAuth: Reader<TlsAuth> = (reading, node) => {
  if (isNull(node)) return undefined;
  return reading.document(node, () => {
    if (node.kind !== "object") return reading.mismatch(node, "lib.TLSAuthFields", { immediate: true });
    const readers = { cert: readPlainString, key: readPlainString, password: readString, domains: readStrings };
    const complaintsBefore = reading.complaints.length;
    const {
      cert = "",
      key = "",
      ...rest
    } = readFields(reading, node, readers, {
      onUnknown: (field) => unknownField(reading, node, field, Object.keys(readers)),
    }) as Partial<TlsAuth>;
    if (reading.complaints.length > complaintsBefore) return undefined;
    const problem = tlsPairProblem({ cert, key, ...rest });
    if (problem !== "") {
      return reading.complain(node, problem, {
        hint: "Certificate and key are PEM texts that belong together, open('client.pem'), not the names of files.",
      });
    }
    return { cert, key, ...rest };
  });
};

const readThreshold: Reader<ThresholdConfig> = (reading, node) => {
  if (node.kind === "string") return { threshold: node.value, abortOnFail: false };
  if (isNull(node)) return { threshold: "", abortOnFail: false };
  return reading.document(node, () => {
    if (node.kind !== "object") return reading.mismatch(node, "metrics.rawThresholdConfig", { immediate: true });
    const readPlainBool: Reader<boolean> = (inner, child) => {
      if (isNull(child)) return undefined;
      return child.kind === "bool" ? child.value : inner.mismatch(child, "bool", { hint: "It is true or false." });
    };
    const readers = { threshold: readPlainString, abortOnFail: readPlainBool, delayAbortEval: readDuration };
    const config = readFields(reading, node, readers, {
      onUnknown: (key) => {
        const hint = didYouMean(key, Object.keys(readers));
        if (hint === undefined) return;
        reading.notices.push({
          level: "warning",
          message: `The threshold ${quote(reading.path.join("."))} has a field ${quote(key)} that does not exist`,
          fields: { hint },
        });
      },
    });
    return { threshold: "", abortOnFail: false, ...config };
  });
};

const readHosts: Reader<Record<string, string>> = (reading, node) => {
  if (isNull(node)) return undefined;
  return reading.document(node, () => {
    if (node.kind !== "object") return reading.mismatch(node, "map[string]string", { immediate: true });
    const hosts: Record<string, string> = {};
    for (const [key, child] of node.entries) {
      reading.within({ key }, () => {
        const text = readPlainString(reading, child);
        if (text === undefined) return;
        const host = reading.text(node, () => ({ pattern: checkHostPattern(key), ...parseHostAddress(text) }));
        if (host === undefined) return;
        hosts[host.pattern] = host.address;
        if (host.isAddress) return;
        reading.notices.push({
          level: "warning",
          message: `The option ${quote(reading.path.join("."))} is ${quote(text)}, which is not an IP address`,
        });
      });
    }
    return hosts;
  });
};

const readHostnames: Reader<string[]> = (reading, node) => {
  const patterns = listOf("[]string", readElement, { own: true })(reading, node);
  return patterns && reading.text(node, () => patterns.map(checkHostnamePattern));
};

const readSystemTags: Reader<string[]> = (reading, node) => {
  const names = listOf("[]string", readElement, { own: true })(reading, node);
  return names && selectSystemTags(names);
};

const readJson: Reader<unknown> = (_reading, node) => toPlain(node);

const readJsonMap: Reader<unknown> = (reading, node) => {
  if (isNull(node)) return undefined;
  return node.kind === "object" ? toPlain(node) : reading.mismatch(node, "map[string]json.RawMessage");
};

/** How the value of each type is read. */
const TYPE_READERS: Record<OptionType, Reader<unknown>> = {
  bool: readBool,
  int: readInt,
  string: readString,
  duration: readDuration,
  stages: listOf("[]lib.Stage", readStage("lib.StageFields", true)),
  scenarios: readScenarios,
  segment: textOf("*lib.ExecutionSegment", (text) => Segment.parse(text).toString()),
  segmentSequence: textOf("*lib.ExecutionSegmentSequence", (text) => formatSegmentSequence(parseSegmentSequence(text))),
  dns: readDns,
  tlsCipherSuites: readTlsCipherSuites,
  tlsVersion: readTlsVersion,
  tlsAuth: listOf("[]*lib.TLSAuth", readTlsAuth),
  thresholds: mapOf("map[string]metrics.Thresholds", (reading, node) =>
    listOf("[]metrics.thresholdConfig", readThreshold, { own: true })(reading, node),
  ),
  cidrs: listOf("[]*lib.IPNet", textOf("*lib.IPNet", parseCidrOption)),
  hostnames: readHostnames,
  hosts: readHosts,
  json: readJson,
  jsonMap: readJsonMap,
  strings: readStrings,
  systemTags: readSystemTags,
  tags: readTags,
  ipPool: readString,
};

// The tables are made when they are wanted: a script without options wants none.

const optionReaders = (): Record<string, Reader<unknown>> =>
  Object.fromEntries(
    OPTIONS.filter((spec) => spec.inScript !== false).map((spec) => [spec.name, TYPE_READERS[spec.type]]),
  );

const runOptionReaders = (): Record<string, Reader<unknown>> =>
  Object.fromEntries(
    RUN_OPTIONS.filter((spec) => spec.name !== "features").map((spec) => [spec.name, TYPE_READERS[spec.type]]),
  );

/** Names that are no options of a script but exist elsewhere, with the place where they work. */
const placesElsewhere = (): Map<string, string> =>
  new Map(
    [...RUN_OPTIONS, ...RUNTIME_OPTIONS, ...OPTIONS.filter((spec) => spec.inScript === false)].map((spec) => [
      spec.name,
      spec.flag === undefined ? `the variable ${spec.env}` : `the flag --${spec.flag.long}`,
    ]),
  );

/** k6 names the first unknown field only; the hint says what each was meant to be. */
function unknownFields(reading: Reading): Notice[] {
  const [first] = reading.unknown;
  if (first === undefined) return [];
  const elsewhere = placesElsewhere();
  const known = Object.keys(optionReaders());
  const hints = reading.unknown.map((key) => {
    const place = elsewhere.get(key);
    const meant = place === undefined ? didYouMean(key, known) : `It is set by ${place}.`;
    if (key === first) return meant ?? "";
    return `Also unknown: ${quote(key)}.${meant === undefined ? "" : ` ${meant}`}`;
  });
  const hint = hints.filter((text) => text !== "").join(" ");
  return [
    {
      level: "warning",
      message: "There were unknown fields in the options exported in the script",
      fields: { error: `json: unknown field ${quote(first)}`, ...(hint === "" ? {} : { hint }) },
    },
  ];
}

function dropUnset(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
