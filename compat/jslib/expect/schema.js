/**
 * JSON Schema for expect's toMatchAPISchema: drafts 4 to 7 but for formats of names and remote references.
 *
 * The words of the errors are those of Ajv 6, which k6's library uses, because they become names of checks.
 */

const typeOf = (value) => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
};
const hasType = (value, type) => (type === "integer" ? Number.isInteger(value) : typeOf(value) === type);
const isEqual = (a, b) => {
  if (typeOf(a) !== "object" && typeOf(a) !== "array") return a === b;
  if (typeOf(a) !== typeOf(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
};
const member = (name) => (/^[a-z$_][\w$]*$/i.test(name) ? `.${name}` : `['${name}']`);

const FORMATS = {
  date: /^\d{4}-\d\d-\d\d$/,
  time: /^\d\d:\d\d:\d\d(\.\d+)?(z|[+-]\d\d(:?\d\d)?)?$/i,
  "date-time": /^\d{4}-\d\d-\d\d[t\s]\d\d:\d\d:\d\d(\.\d+)?(z|[+-]\d\d(:?\d\d)?)$/i,
  uri: /^[a-z][a-z0-9+.-]*:(\/?\/)?[^\s]*$/i,
  email: /^[^\s@]+@[^\s@]+$/,
  ipv4: /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.|$)){4}$/,
  uuid: /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i,
};

/** Errors as `{ path, message }`: those that make the first failing rule fail; none for a value that matches. */
export function schemaErrors(root, data) {
  const resolve = (reference) => {
    if (!reference.startsWith("#")) throw new Error(`can't resolve reference ${reference} from id #`);
    const names = reference.slice(1).split("/").slice(1);
    return names.reduce((at, name) => at[decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~")], root);
  };

  const validate = (schema, value, path) => {
    if (schema === true) return [];
    if (schema === false) return fail(path, "boolean schema is false");
    if (schema.$ref !== undefined) return validate(resolve(schema.$ref), value, path);
    for (const rule of RULES) {
      const errors = rule(schema, value, path);
      if (errors.length > 0) return errors;
    }
    return [];
  };
  const fail = (path, message) => [{ path, message }];
  const first = (lists) => lists.find((errors) => errors.length > 0) ?? [];
  const limit = (given, isBroken, path, message) => (given !== undefined && isBroken(given) ? fail(path, message(given)) : []);

  const numbers = (s, value, path) =>
    first([
      limit(s.maximum, (n) => value > n, path, (n) => `should be <= ${n}`),
      limit(s.minimum, (n) => value < n, path, (n) => `should be >= ${n}`),
      limit(s.exclusiveMaximum, (n) => value >= n, path, (n) => `should be < ${n}`),
      limit(s.exclusiveMinimum, (n) => value <= n, path, (n) => `should be > ${n}`),
      limit(s.multipleOf, (n) => !Number.isInteger(value / n), path, (n) => `should be multiple of ${n}`),
    ]);
  const texts = (s, value, path) =>
    first([
      limit(s.maxLength, (n) => [...value].length > n, path, (n) => `should NOT be longer than ${n} characters`),
      limit(s.minLength, (n) => [...value].length < n, path, (n) => `should NOT be shorter than ${n} characters`),
      limit(s.format, (name) => FORMATS[name]?.test(value) === false, path, (name) => `should match format "${name}"`),
      limit(s.pattern, (pattern) => !new RegExp(pattern).test(value), path, (pattern) => `should match pattern "${pattern}"`),
    ]);
  const twins = (items) => {
    for (let i = items.length - 1; i > 0; i--) {
      for (let j = i - 1; j >= 0; j--) if (isEqual(items[i], items[j])) return [j, i];
    }
    return undefined;
  };
  const arrays = (s, value, path) => {
    const same = s.uniqueItems ? twins(value) : undefined;
    const ofTuple = Array.isArray(s.items) ? s.items : undefined;
    return first([
      limit(s.maxItems, (n) => value.length > n, path, (n) => `should NOT have more than ${n} items`),
      limit(s.minItems, (n) => value.length < n, path, (n) => `should NOT have fewer than ${n} items`),
      same ? fail(path, `should NOT have duplicate items (items ## ${same[0]} and ${same[1]} are identical)`) : [],
      ofTuple && s.additionalItems === false && value.length > ofTuple.length
        ? fail(path, `should NOT have more than ${ofTuple.length} items`)
        : [],
      ...value.map((item, index) => {
        const schema = ofTuple ? (ofTuple[index] ?? s.additionalItems ?? true) : (s.items ?? true);
        return validate(schema, item, `${path}[${index}]`);
      }),
      s.contains !== undefined && !value.some((item) => validate(s.contains, item, path).length === 0)
        ? fail(path, "should contain a valid item")
        : [],
    ]);
  };
  const objects = (s, value, path) => {
    const names = Object.keys(value);
    const patterns = Object.entries(s.patternProperties ?? {}).map(([pattern, schema]) => [new RegExp(pattern), schema]);
    const isKnown = (name) => Object.hasOwn(s.properties ?? {}, name) || patterns.some(([pattern]) => pattern.test(name));
    const others = names.filter((name) => !isKnown(name));
    const missing = (s.required ?? []).find((name) => !Object.hasOwn(value, name));
    return first([
      limit(s.maxProperties, (n) => names.length > n, path, (n) => `should NOT have more than ${n} properties`),
      limit(s.minProperties, (n) => names.length < n, path, (n) => `should NOT have fewer than ${n} properties`),
      missing === undefined ? [] : fail(path, `should have required property '${missing}'`),
      s.additionalProperties === false && others.length > 0 ? fail(path, "should NOT have additional properties") : [],
      ...others.map((name) => validate(s.additionalProperties || true, value[name], path + member(name))),
      ...Object.entries(s.properties ?? {}).map(([name, schema]) =>
        Object.hasOwn(value, name) ? validate(schema, value[name], path + member(name)) : [],
      ),
      ...patterns.flatMap(([pattern, schema]) =>
        names.filter((name) => pattern.test(name)).map((name) => validate(schema, value[name], path + member(name))),
      ),
    ]);
  };

  const RULES = [
    (s, value, path) => {
      const types = s.type === undefined ? [] : [s.type].flat();
      return types.length > 0 && !types.some((type) => hasType(value, type)) ? fail(path, `should be ${types.join(",")}`) : [];
    },
    (s, value, path) => (typeof value === "number" ? numbers(s, value, path) : []),
    (s, value, path) => (typeof value === "string" ? texts(s, value, path) : []),
    (s, value, path) => (Array.isArray(value) ? arrays(s, value, path) : []),
    (s, value, path) => (typeOf(value) === "object" ? objects(s, value, path) : []),
    (s, value, path) =>
      s.enum !== undefined && !s.enum.some((one) => isEqual(one, value)) ? fail(path, "should be equal to one of the allowed values") : [],
    (s, value, path) => ("const" in s && !isEqual(s.const, value) ? fail(path, "should be equal to constant") : []),
    (s, value, path) => first((s.allOf ?? []).map((schema) => validate(schema, value, path))),
    (s, value, path) => {
      const tried = (s.anyOf ?? []).map((schema) => validate(schema, value, path));
      if (tried.length === 0 || tried.some((errors) => errors.length === 0)) return [];
      return [...tried.flat(), ...fail(path, "should match some schema in anyOf")];
    },
    (s, value, path) => {
      const tried = (s.oneOf ?? []).map((schema) => validate(schema, value, path));
      const matches = tried.filter((errors) => errors.length === 0).length;
      if (tried.length === 0 || matches === 1) return [];
      return [...(matches === 0 ? tried.flat() : []), ...fail(path, "should match exactly one schema in oneOf")];
    },
    (s, value, path) => (s.not !== undefined && validate(s.not, value, path).length === 0 ? fail(path, "should NOT be valid") : []),
    (s, value, path) => {
      if (s.if === undefined) return [];
      const branch = validate(s.if, value, path).length === 0 ? "then" : "else";
      const errors = s[branch] === undefined ? [] : validate(s[branch], value, path);
      return errors.length === 0 ? [] : [...errors, ...fail(path, `should match "${branch}" schema`)];
    },
  ];
  return validate(root, data, "");
}
