/** Stands in for jslib.k6.io/formdata, every version: bodies of type multipart/form-data (RFC 7578). */

const encoder = new TextEncoder();

/** The bytes of one part; each character of a text is one byte, so that texts may hold any bytes. */
function bytesOf(data) {
  if (typeof data === "string") return Uint8Array.from(data, (character) => character.charCodeAt(0) & 0xff);
  if (Array.isArray(data)) return Uint8Array.from(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return data?.byteLength ? new Uint8Array(data) : new Uint8Array();
}

export function FormData() {
  if (!(this instanceof FormData)) return new FormData();
  this.boundary = `------RWWorkerFormDataBoundary${Math.random().toString(36)}`;
  this.parts = [];
}

/** Adds a field: a text, or what http.file() makes. */
FormData.prototype.append = function (fieldName, data) {
  if (arguments.length < 2) throw new SyntaxError("Not enough arguments");
  this.parts.push({ field: fieldName, file: typeof data === "string" ? { data, content_type: "text/plain" } : data });
};

/** The whole body as an ArrayBuffer. */
FormData.prototype.body = function () {
  const chunks = [];
  for (const { field, file } of this.parts) {
    const filename = file.filename ? `; filename="${file.filename.replace(/"/g, "%22")}"` : "";
    const type = file.content_type || "application/octet-stream";
    const head =
      `--${this.boundary}\r\nContent-Disposition: form-data; name="${field}"${filename}\r\n` + `Content-Type: ${type}\r\n\r\n`;
    chunks.push(bytesOf(head), bytesOf(file.data), encoder.encode("\r\n"));
  }
  chunks.push(bytesOf(`--${this.boundary}--\r\n`));
  const body = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body.buffer;
};
