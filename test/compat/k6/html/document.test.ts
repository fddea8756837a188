import { expect, test } from "bun:test";
import { HtmlDocument, innerHtml, textOf } from "../../../../compat/k6/html/document.ts";

// Expected texts are what Go's x/net/html writes.
const cases: [source: string, html: string][] = [
  ["", "<html><head></head><body></body></html>"],
  [
    `<p title='"&<'>it's "a" &amp; b<br>c`,
    `<html><head></head><body><p title="&#34;&amp;&lt;">it&#39;s &#34;a&#34; &amp; b<br/>c</p></body></html>`,
  ],
  ["<script>a < b && 'c'</script>", "<html><head><script>a < b && 'c'</script></head><body></body></html>"],
  [
    "<!DOCTYPE html><!--c--><pre>\n\nx</pre>",
    "<!DOCTYPE html><!--c--><html><head></head><body><pre>\n\nx</pre></body></html>",
  ],
];
for (const [source, html] of cases) {
  test(`innerHtml writes ${JSON.stringify(source)} as Go does`, () => {
    expect(innerHtml(new HtmlDocument(source).root)).toBe(html);
  });
}

test("textOf joins texts, without comments", () => {
  expect(textOf(new HtmlDocument("<p>a<!--b--><i>c</i></p><script>d</script>").root)).toBe("acd");
});

test("a selector that cannot be read selects nothing", () => {
  const document = new HtmlDocument("<p>");
  expect(document.find([document.root], "p[")).toEqual([]);
  expect(document.matching(document.find([document.root], "p"), "::nonsense(")).toEqual([]);
});
