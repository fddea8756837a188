/** The code of `eval` and `Function`. */
import { analyse, type AnalysedModule } from "./analyse.ts";
import { helperNames, pickPrefix } from "./names.ts";
import { parseSnippet } from "./parse.ts";
import { rewriteModule } from "./rewrite/index.ts";
import { collectFacts } from "./scope.ts";

/**
 * Rewrites code that a script hands to `eval` or `Function`: text of a function that takes the runtime and the VU's
 * global object and returns the value of the last statement.
 *
 * The code sees globals only, not the variables around the call.
 *
 * @param isFunction The text must be one function in parentheses.
 */
export function compileSnippet(source: string, isFunction = false): string {
  const prefix = pickPrefix(source);
  const tree = parseSnippet(source);
  if (isFunction) {
    const [statement, ...more] = tree.body;
    const whole = statement?.type === "ExpressionStatement" ? statement.expression : undefined;
    if (
      more.length > 0 ||
      whole?.type !== "ParenthesizedExpression" ||
      whole.expression.type !== "FunctionExpression"
    ) {
      throw new SyntaxError("Unexpected end of the function's body");
    }
  }
  const facts = collectFacts(tree);
  const module: AnalysedModule = { facts, resolve: () => undefined, isMain: false };
  const { text } = rewriteModule({
    source,
    module,
    analysis: analyse([module]),
    prefix,
    format: "cjs",
    returned: tree.body.at(-1),
  });
  const helpers = helperNames.map((name) => `rt.${name}`).join();
  return `(function(rt){const factory=${text.toString()}(${helpers});const g=rt.currentGlobal();const run=factory.call(g,{},g,undefined,g.open,g.require);run.next();return rt.dc(run)})`;
}
