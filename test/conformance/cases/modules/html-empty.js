// @about: what selections without nodes hold
import { parseHTML } from 'k6/html';

export default function () {
  const none = parseHTML('<p id="a">text</p><textarea></textarea>').find('nope');
  const reads = {
    html: () => none.html(),
    text: () => none.text(),
    attr: () => none.attr('id'),
    attrDefault: () => none.attr('id', 'x'),
    val: () => none.val(),
    data: () => none.data(),
    dataName: () => none.data('x'),
    index: () => none.index(),
    size: () => none.size(),
    get: () => none.get(0),
    toArray: () => none.toArray(),
    is: () => none.is('p'),
    map: () => none.map(() => 1),
    serialize: () => none.serialize(),
    serializeArray: () => none.serializeArray(),
    childrenHtml: () => none.children().html(),
    parentHtml: () => none.parent().html(),
    eqHtml: () => none.eq(0).html(),
    textareaVal: () => none.end().find('textarea').val(),
  };
  for (const [name, read] of Object.entries(reads)) {
    const value = read();
    console.log(name, value === undefined ? 'undefined' : JSON.stringify(value));
  }
}
