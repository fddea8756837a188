/**
 * Following links and submitting forms of the HTML in a response.
 *
 * @see k6 docs, Response.clickLink( [params] ), Response.submitForm( [params] )
 */
import { GoError, type VuRuntime } from "../../../src/module-api.ts";
import { type GoUrl, parseUrl, UrlError } from "../../../src/network-api.ts";
import { encodeForm } from "./body.ts";
import { parseHtml, type Selection } from "./html.ts";
import { bodyOf, type ResponseMethods, textOf } from "./response.ts";

type Request = (method: string, url: unknown, body: unknown, params: unknown) => unknown;

interface ResponseObject {
  url: unknown;
}

export class FormNavigation {
  readonly methods: ResponseMethods;
  readonly #runtime: VuRuntime;
  readonly #request: Request;

  /** @param request Sends a request from inside of a blocking function. */
  constructor(runtime: VuRuntime, request: Request) {
    const { rt } = runtime;
    this.#runtime = runtime;
    this.#request = request;
    this.methods = {
      html: rt.fn("html", 0, (args, self) => this.#html(self, args.length > 0 ? String(args[0]) : undefined)),
      clickLink: rt.blocking("clickLink", 0, ([params], self) => this.#clickLink(self, params)),
      submitForm: rt.blocking("submitForm", 0, ([params], self) => this.#submitForm(self, params)),
    };
  }

  #html(self: ResponseObject, selector: string | undefined): Selection {
    const document = parseHtml(this.#runtime, textOf(bodyOf(self, "HTML")), String(self.url));
    return selector === undefined ? document : document.find(selector);
  }

  #clickLink(self: ResponseObject, given: unknown): unknown {
    let selector = "a[href]";
    let params: unknown = null;
    for (const [name, value] of members(given)) {
      if (name === "selector") selector = String(value);
      else if (name === "params") params = value;
    }
    const page = urlOf(self.url);
    const link = this.#html(self, selector);
    if (link.size() === 0) {
      throw new GoError(`no element found for selector '${selector}' in response '${self.url}'`);
    }
    const href = link.attr("href");
    if (href === undefined) {
      throw new GoError(`no valid href attribute value found on element '${selector}' in response '${self.url}'`);
    }
    return this.#request("GET", follow(page, String(href)).href, undefined, params);
  }

  #submitForm(self: ResponseObject, given: unknown): unknown {
    let formSelector = "form";
    let submitSelector = '[type="submit"]';
    let fields: unknown;
    let params: unknown = null;
    for (const [name, value] of members(given)) {
      if (name === "formSelector") formSelector = String(value);
      else if (name === "submitSelector") submitSelector = String(value);
      else if (name === "fields") fields = value;
      else if (name === "params") params = value;
    }
    const form = this.#html(self, formSelector);
    if (form.size() === 0) {
      throw new GoError(`no form found for selector '${formSelector}' in response '${self.url}'`);
    }
    const method = form.attr("method");
    const verb = method === undefined ? "GET" : String(method).toUpperCase();
    const page = urlOf(self.url);
    const action = form.attr("action");
    const target = action === undefined ? page : follow(page, String(action));
    const values = this.#values(form, submitSelector, fields);
    if (verb !== "GET") return this.#request(verb, target.href, values, params);
    const query = new Map(Object.keys(values).map((name) => [name, [String(values[name])]]));
    return this.#request("GET", withQuery(target, encodeForm(query)), null, params);
  }

  /** What the form holds, its submit button, and what the script sets, which comes last. */
  #values(form: Selection, submitSelector: string, fields: unknown): Record<string, unknown> {
    const values = this.#runtime.rt.object() as Record<string, unknown>;
    Object.assign(values, form.serializeObject());
    const submit = form.find(submitSelector);
    const name = submit.attr("name");
    const value = submit.val();
    if (name !== undefined && value !== undefined) values[String(name)] = value;
    for (const [field, own] of members(fields)) values[field] = own;
    return values;
  }
}

function members(given: unknown): [string, unknown][] {
  return given === undefined || given === null ? [] : Object.entries(Object(given) as object);
}

function urlOf(text: unknown): GoUrl {
  return refusing(() => parseUrl(String(text)));
}

const follow = (page: GoUrl, reference: string): GoUrl => refusing(() => page.resolve(reference));

function refusing(parse: () => GoUrl): GoUrl {
  try {
    return parse();
  } catch (error) {
    throw error instanceof UrlError ? new GoError(error.message) : error;
  }
}

/** The address with another query. */
function withQuery(url: GoUrl, query: string): string {
  const { href } = url;
  const hash = href.indexOf("#");
  const fragment = hash < 0 ? "" : href.slice(hash);
  const place = (hash < 0 ? href : href.slice(0, hash)).replace(/\?.*$/s, "");
  return `${place}${query === "" ? "" : `?${query}`}${fragment}`;
}
