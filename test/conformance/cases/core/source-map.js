// @about: errors of a bundle are told at the places of its source map
function main() {
  const x = { a: 1 };
  if (x.a === 1) {
    throw new Error('mapped');
  }
}
export { main as default };
//# sourceMappingURL=data:application/json;charset=utf-8;base64,eyJ2ZXJzaW9uIjogMywgInNvdXJjZXMiOiBbIm9yaWdpbmFsLnRzIl0sICJuYW1lcyI6IFtdLCAibWFwcGluZ3MiOiAiO0FBRUE7QUFDQTtBQUVBO0lBQ0ksTUFBTTs7OyJ9
