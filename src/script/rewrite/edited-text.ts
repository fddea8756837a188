/** The text of a module while it is edited. The only importer of magic-string. */
import MagicString from "magic-string";

const IN_WORD = /[\w$\u0080-\uffff]/;

/** What is put in never joins the word before it: `throw[1]` becomes `throw th([1])`. */
export class EditedText extends MagicString {
  override prependRight(at: number, content: string): this {
    return super.prependRight(at, this.apart(at, content));
  }

  override appendLeft(at: number, content: string): this {
    return super.appendLeft(at, this.apart(at, content));
  }

  override update(start: number, end: number, content: string): this {
    return super.update(start, end, this.apart(start, content));
  }

  private apart(at: number, content: string): string {
    return at > 0 && IN_WORD.test(this.original[at - 1]!) && IN_WORD.test(content[0] ?? "") ? ` ${content}` : content;
  }
}
