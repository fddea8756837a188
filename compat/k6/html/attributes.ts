/**
 * Methods of elements that each tell one attribute, by tag: one table, from which `element.ts` makes them.
 *
 * @see k6 docs, javascript-api/k6-html/element; HTML standard, section 4
 */

/** How an attribute is told. */
export type Accessor =
  | { kind: "text" | "url" | "flag"; attribute: string }
  /** @param otherwise If it is missing or no integer. */
  | { kind: "integer"; attribute: string; otherwise: number }
  /** One of `values`; the first one if it is missing or another. */
  | { kind: "choice"; attribute: string; values: readonly string[] }
  /** One of `values`, or undefined. */
  | { kind: "choiceOrNothing"; attribute: string; values: readonly string[] }
  | { kind: "constant"; value: string };

const texts = (...names: string[]): Record<string, Accessor> =>
  Object.fromEntries(names.map((name) => [name, { kind: "text", attribute: name.toLowerCase() }]));
const flags = (...names: string[]): Record<string, Accessor> =>
  Object.fromEntries(names.map((name) => [name, { kind: "flag", attribute: name.toLowerCase() }]));
const urls = (...names: string[]): Record<string, Accessor> =>
  Object.fromEntries(names.map((name) => [name, { kind: "url", attribute: name.toLowerCase() }]));
const integers = (otherwise: number, ...names: string[]): Record<string, Accessor> =>
  Object.fromEntries(names.map((name) => [name, { kind: "integer", attribute: name.toLowerCase(), otherwise }]));
const text = (attribute: string): Accessor => ({ kind: "text", attribute });
const url = (attribute: string): Accessor => ({ kind: "url", attribute });
const flag = (attribute: string): Accessor => ({ kind: "flag", attribute });
const choice = (attribute: string, ...values: string[]): Accessor => ({ kind: "choice", attribute, values });
const constant = (value: string): Accessor => ({ kind: "constant", value });

const crossOrigin: Accessor = {
  kind: "choiceOrNothing",
  attribute: "crossorigin",
  values: ["anonymous", "use-credentials"],
};
const referrerPolicy = choice(
  "referrerpolicy",
  "",
  "no-referrer",
  "no-referrer-when-downgrade",
  "origin",
  "origin-when-cross-origin",
  "unsafe-url",
);
const encodings = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
const autocomplete = choice("autocomplete", "on", "off");
const inputTypes =
  "text button checkbox color date datetime-local email file hidden image month number password radio range reset search " +
  "submit tel time url week";

const link: Record<string, Accessor> = {
  ...texts("download", "rel", "target", "type", "accessKey", "hrefLang"),
  referrerPolicy,
  ...urls("href"),
  toString: url("href"),
};
const media: Record<string, Accessor> = {
  ...flags("autoplay", "controls", "loop", "muted"),
  preload: choice("preload", "auto", "metadata", "none"),
  ...urls("src"),
  crossOrigin,
  currentSrc: text("src"),
  defaultMuted: flag("muted"),
  ...texts("mediaGroup"),
};
const modification = texts("cite", "datetime");
const cell: Record<string, Accessor> = { ...integers(1, "colSpan", "rowSpan"), ...texts("headers") };

export const ACCESSORS: Readonly<Record<string, Readonly<Record<string, Accessor>>>> = {
  a: link,
  area: link,
  audio: media,
  video: media,
  base: texts("target"),
  button: {
    ...texts("accessKey"),
    ...flags("autofocus", "disabled"),
    ...integers(0, "tabIndex"),
    type: choice("type", "submit", "button", "menu", "reset"),
  },
  data: texts("value"),
  del: modification,
  ins: modification,
  embed: texts("height", "width", "src", "type"),
  fieldset: { ...flags("disabled"), ...texts("name") },
  form: {
    ...urls("action"),
    ...texts("name", "target"),
    enctype: choice("enctype", ...encodings),
    encoding: choice("enctype", ...encodings),
    acceptCharset: text("accept-charset"),
    autocomplete,
    ...flags("noValidate"),
  },
  iframe: { ...flags("allowfullscreen"), referrerPolicy, ...texts("height", "width", "name"), ...urls("src") },
  img: {
    currentSrc: url("src"),
    ...texts("sizes", "srcset", "alt", "name", "useMap"),
    crossOrigin,
    ...integers(0, "height", "width"),
    ...flags("isMap"),
    ...urls("src"),
    referrerPolicy,
  },
  input: {
    ...texts(
      "name",
      "value",
      "alt",
      "height",
      "width",
      "accept",
      "pattern",
      "placeholder",
      "min",
      "max",
      "dirName",
      "accessKey",
      "step",
    ),
    ...integers(0, "tabIndex", "size"),
    ...integers(-1, "maxLength"),
    type: choice("type", ...inputTypes.split(" ")),
    ...flags("disabled", "autofocus", "required", "checked", "readonly", "multiple"),
    defaultChecked: flag("checked"),
    ...urls("src"),
    autocomplete,
    defaultValue: text("value"),
  },
  keygen: {
    ...flags("autofocus", "disabled"),
    ...texts("challenge", "name"),
    keytype: choice("keytype", "RSA", "DSA", "EC"),
    type: constant("keygen"),
  },
  label: { htmlFor: text("for") },
  legend: texts("accessKey"),
  li: { ...integers(0, "value"), type: choice("type", "", "1", "a", "A", "i", "I", "disc", "square", "circle") },
  link: { crossOrigin, referrerPolicy, ...urls("href"), ...texts("hreflang", "media", "rel", "target", "type") },
  map: texts("name"),
  meta: { ...texts("content", "name"), httpEquiv: choice("http-equiv", "content-type", "default-style", "refresh") },
  meter: integers(0, "min", "max", "high", "low", "optimum"),
  object: {
    ...urls("data"),
    ...texts("height", "name", "type", "useMap", "width"),
    ...integers(0, "tabIndex"),
    ...flags("typeMustMatch"),
  },
  ol: { ...flags("reversed"), ...integers(0, "start"), type: choice("type", "1", "a", "A", "i", "I") },
  optgroup: { ...flags("disabled"), ...texts("label") },
  option: { defaultSelected: flag("selected"), ...flags("selected") },
  output: { htmlFor: text("for"), ...texts("name"), type: constant("output") },
  param: texts("name", "value"),
  pre: texts("name", "value"),
  quote: texts("cite"),
  script: { ...texts("crossOrigin", "type", "charset"), ...urls("src"), ...flags("async", "defer", "noModule") },
  select: { ...flags("autofocus", "disabled", "multiple", "required"), ...texts("name"), ...integers(0, "tabIndex") },
  source: { ...texts("keySystem", "media", "sizes", "srcset", "type"), ...urls("src") },
  style: texts("media"),
  table: flags("sortable"),
  td: cell,
  th: {
    ...cell,
    ...texts("abbr"),
    scope: choice("scope", "", "row", "col", "colgroup", "rowgroup"),
    ...flags("sorted"),
  },
  textarea: {
    type: constant("textarea"),
    ...texts("value", "placeholder", "accessKey"),
    defaultValue: text("value"),
    ...integers(0, "rows", "cols", "maxLength", "tabIndex"),
    ...flags("readOnly", "required"),
    autocomplete,
    autocapitalize: choice("autocapitalize", "sentences", "none", "off", "characters", "words"),
    wrap: choice("wrap", "soft", "hard", "off"),
  },
  time: texts("datetime"),
  track: {
    kind: choice("kind", "subtitle", "captions", "descriptions", "chapters", "metadata"),
    ...urls("src"),
    ...texts("srclang", "label"),
    ...flags("default"),
  },
  ul: texts("type"),
};
