import { expect, test } from "bun:test";
import { HtmlDocument } from "../../../../compat/k6/html/document.ts";
import { tagMethods } from "../../../../compat/k6/html/element.ts";
import { Selection } from "../../../../compat/k6/html/selection.ts";
import { runScript } from "../../../support/script-runner.ts";

const PAGE = `
  <div id="top" class="a b"><h1>Title</h1>
    <ul><li>1</li><li class="mid">2</li><li>3</li><li>4</li></ul><p>after</p></div>
  <form id="f" action="/send" method="POST"><label>Name <input name="user" id="u" value="ann" maxlength="x"></label>
    <input type="checkbox" name="c" checked="checked"><input type="checkbox" name="off"><input name="gone" disabled="disabled">
    <select name="s" multiple><option selected>x</option><option value="v" selected>y</option><option>z</option></select>
    <textarea name="t">a &amp; b</textarea><button name="b">go</button></form>
  <label for="u">Also</label><a href="x?y=1#z" rel="next nofollow">link</a>
  <table><thead><tr><th>h</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>`;

const logged = async (...expressions: string[]): Promise<string[]> => {
  const { log, errors } = await runScript(`
    import { parseHTML } from "k6/html";
    import { sleep } from "k6";
    const page = ${JSON.stringify(PAGE)};
    export default () => {
      const d = parseHTML(page);
      for (const f of [${expressions.map((expression) => `() => ${expression}`).join(",\n")}]) {
        try { console.log(JSON.stringify(f())); } catch (e) { console.log(e.name + ": " + e.message); }
      }
    };`);
  expect(errors).toEqual([]);
  return log.map((line) => line.slice("info: ".length));
};

test("a selection without nodes has an empty text, also as HTML, and no value", async () => {
  expect(await logged(`["html", "text", "val"].map((name) => String(d.find("nope")[name]()))`)).toEqual([
    '["","","undefined"]',
  ]);
});

test("steps from a selection to others", async () => {
  expect(
    await logged(
      `d.find("li").eq(-1).text() + d.find("li").slice(1, 3).text() + d.find("li").slice(-2).text()`,
      `d.find(".mid").nextUntil("p").text() + d.find("li").last().prevUntil(d.find(".mid")).text()`,
      `d.find(".mid").parentsUntil("body").size() + d.find("li").parents("#top").size()`,
      `d.find("li").not(".mid").end().size() + d.find("p").end().end().size()`,
      `d.find("p").add("h1").add(d.find(".mid").get(0)).text()`,
      `[d.find("li").index(d.find(".mid")), d.find(".mid").index("li"), d.find(".mid").index(), d.find("p").index({})]`,
      `d.find("div").has(d.find(".mid")).attr("id") + d.find("div").has("table").size()`,
      `d.find("li").filter((i, e) => e.text() > 2).text() + d.find("li").not((i) => i > 0).text() + d.find("li").is((i, e) => e.text() === "9")`,
      `d.find("ul").children(".mid").siblings().text() + d.find("ul").contents().size()`,
      `d.find("li").single("x").size() + d.single("li").text()`,
      `d.find("ul").find(d.find(".mid").get(0)).text() + d.find("li").closest("div").attr("id")`,
    ),
  ).toEqual([
    '"42334"',
    '"343"',
    "3",
    "4", // beyond the document there is nothing
    '"afterTitle2"',
    "[1,1,1,-1]",
    '"top0"',
    '"341false"',
    '"1344"',
    '"01"',
    '"2top"',
  ]);
});

test("values of forms", async () => {
  expect(
    await logged(
      `d.find("form").serialize()`,
      `d.find("form").serializeArray().length`,
      `d.find("form").serializeObject().s`,
      `[d.find("textarea").val(), d.find("button").val(), d.find("option").eq(1).val(), d.find("p").val()]`,
      `d.find("input").serializeArray()`,
    ),
  ).toEqual([
    '"c=on&s=x&s=v&t=a+%26amp%3B+b&user=ann"',
    "4",
    '["x","v"]',
    '["a &amp; b","","v",null]',
    '[{"name":"user","value":"ann"},{"name":"c","value":"on"}]',
  ]);
});

test("each may block, gives back its selection, and tells what its function threw", async () => {
  expect(
    await logged(
      `{ let out = ""; const size = d.find("li").each(function (i, e) { sleep(0.001); out += i + e.nodeName() + e.innerHTML(); }).size(); return out + size; }`.replace(
        /^\{(.*)\}$/s,
        "(() => {$1})()",
      ),
      `d.find("li").each(() => { throw new RangeError("inside"); })`,
      `d.find("li").each("li")`,
      `d.find("li").map((i) => { if (i === 1) throw 1; return i; })`,
      `d.find(5)`,
      `d.find(null)`,
      `d.find("li").filter({})`,
    ),
  ).toEqual([
    '"0li11li22li33li44"',
    "GoError: the function passed to each() failed: RangeError: inside",
    "GoError: the argument to each() must be a function",
    "[0,2,3]",
    "GoError: invalid argument, cannot use a 'int64' as a selector",
    "GoError: invalid argument, cannot use a '<nil>' as a selector",
    "GoError: the argument to filter() must be a function, a selector or a selection",
  ]);
});

test("elements know their neighbours and the methods of their tag", async () => {
  expect(
    await logged(
      `d.find("#u").get(0).labels().map((l) => l.textContent().trim())`,
      `[d.find("#u").get(0).form().id(), d.find("#u").get(0).maxLength(), d.find("#u").get(0).type(), d.find("#u").get(0).value()]`,
      `[d.find("select").get(0).selectedIndex(), d.find("select").get(0).options().length, d.find("select").get(0).type()]`,
      `[d.find("td").get(1).cellIndex(), d.find("td").get(0).parentNode().rowIndex(), d.find("td").get(0).parentNode().sectionRowIndex()]`,
      `[d.find("label").get(1).control().name(), d.find("a").get(0).relList(), d.find("a").get(0).hash(), d.find("a").get(0).toString()]`,
      `[d.find("li").get(0).isSameNode(d.find("ul").get(0).firstChild()), d.find("ul").get(0).contains(d.find(".mid").get(0)), d.find("ul").get(0).contains(d.find("p").get(0))]`,
      `[d.find("#top").get(0).getAttributeNode("class").value, Object.keys(d.find("#top").get(0).attributes()), d.find("h1").get(0).firstChild().nodeType(), String(d.find("h1").get(0))]`,
      `[d.find("li").get(9) === undefined, d.find("h1").get(0).previousElementSibling() === undefined, d.find("h1").get(0).selection().text()]`,
      `typeof d.find("p").get(0).href`,
    ),
  ).toEqual([
    '["Name","Also"]',
    '["f",-1,"text","ann"]',
    '[0,3,"select-multiple"]',
    "[1,1,0]",
    '["user",["next","nofollow"],"#z","x?y=1#z"]',
    "[true,true,false]",
    '["a b",["id","class"],3,"[object html.Node]"]',
    '[true,true,"Title"]',
    '"undefined"',
  ]);
});

test("links lead on from the page's address", () => {
  const document = new HtmlDocument(
    `<a href="../b?c=d#e">x</a><a href="https://user:pw@host:443/p">y</a><form></form><button>z</button>`,
  );
  const page = new Selection(document, [document.root], "http://site:8080/dir/page");
  const [first, second] = page.find("a").nodes.map((node) => page.to([node]));
  const link = tagMethods("a");
  const told = (self: Selection, names: string): unknown[] => names.split(" ").map((name) => link[name]!(self));
  expect(told(first!, "href host hostname port origin pathname protocol search")).toEqual([
    "http://site:8080/b?c=d#e",
    "site:8080",
    "site",
    "8080",
    "http://site:8080",
    "/b",
    "http",
    "?c=d",
  ]);
  expect(told(second!, "host username password")).toEqual(["host", "user", "pw"]);
  expect(tagMethods("button").formAction!(page.find("button"))).toBe("http://site:8080/dir/page");
});
