// @about: k6/html: selectors of k6's own engine, templates, attributes as objects, a form with a keygen
import { parseHTML } from 'k6/html';

const page = `<html lang="en-GB"><body><p class=f>One</p><p>Two <b>three</b></p>
<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><template id=tp><i>t</i><template><u>v</u></template></template>
<form><input name=i value=1><input type=checkbox name=c checked><input type=radio name=r><keygen name=k>
<select name=s><option>first<option>second</select><select name=t><option value=x><option value=y selected></select></form></body></html>`;

export default function () {
  const doc = parseHTML(page);
  for (const selector of [
    'p:contains(one)', 'p:contains("THREE")', 'p:containsOwn(three)', "p:containsOwn('two')", 'p:matches(^T)', 'p:matchesOwn(three)',
    'li:haschild(ul)', 'html:lang(en)', 'p:lang(en)', 'p:lang(fr)', 'form :checked', 'option:checked', 'template i', 'template u', ':root', 'p[class!=f]',
  ]) {
    const found = doc.find(selector);
    console.log(selector, found.size(), found.first().text().trim().slice(0, 5));
  }
  const template = doc.find('#tp');
  console.log(template.children().size(), template.html(), template.text());
  const attribute = doc.find('p').get(0).getAttributeNode('class');
  console.log(attribute.name, attribute.value, attribute.owner_element.nodeName(), attribute.ownerElement, attribute.localName());
  console.log(doc.find('form').serialize());
}
