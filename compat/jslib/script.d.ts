/** Sources of jslib stand-ins, embedded as text: `import("./k6-utils/script.js", { with: { type: "text" } })`. */
declare module "*/script.js" {
  const text: string;
  export default text;
}
declare module "*/schema.js" {
  const text: string;
  export default text;
}
declare module "chai/index.js" {
  const text: string;
  export default text;
}
