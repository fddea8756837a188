/**
 * The tree as acorn makes it (ESTree), and walking it.
 *
 * Nodes are loosely typed on purpose: the rewriting switches on `type` and reads the fields that ESTree gives it.
 */
export interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: any;
}

const SKIPPED = new Set(["type", "start", "end", "loc", "range", "raw", "regex", "bigint", "sourceFile"]);

/** Calls `visit` for each direct child, in source order as acorn lays out the fields. */
export function forEachChild(node: Node, visit: (child: Node) => void): void {
  for (const key in node) {
    if (SKIPPED.has(key)) continue;
    const value = node[key];
    if (value === null || typeof value !== "object") continue;
    if (Array.isArray(value)) {
      for (const item of value)
        if (item !== null && typeof item === "object" && typeof item.type === "string") visit(item);
    } else if (typeof value.type === "string") visit(value);
  }
}

export const isFunction = (node: Node): boolean =>
  node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression";

export const isLoop = (node: Node): boolean =>
  node.type === "ForStatement" ||
  node.type === "ForInStatement" ||
  node.type === "ForOfStatement" ||
  node.type === "WhileStatement" ||
  node.type === "DoWhileStatement";

/** The expression inside any number of parentheses. */
export function unwrap(node: Node): Node {
  while (node.type === "ParenthesizedExpression") node = node.expression;
  return node;
}

/** Names that a binding pattern declares. */
export function patternNames(pattern: Node, add: (identifier: Node) => void): void {
  switch (pattern.type) {
    case "Identifier":
      add(pattern);
      break;
    case "ObjectPattern":
      for (const property of pattern.properties) {
        patternNames(property.type === "RestElement" ? property.argument : property.value, add);
      }
      break;
    case "ArrayPattern":
      for (const element of pattern.elements) if (element) patternNames(element, add);
      break;
    case "AssignmentPattern":
      patternNames(pattern.left, add);
      break;
    case "RestElement":
      patternNames(pattern.argument, add);
      break;
  }
}
