/** Bytes that scripts hand in: ArrayBuffers and views of the sandbox realm, told by what they are, not by their class. */

const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

export const isArrayBuffer = (value: unknown): value is ArrayBuffer =>
  typeof value === "object" && value !== null && tagOf(value) === "[object ArrayBuffer]";

/** "Uint8Array" and so on; undefined for what is no typed array. */
export function typedArrayName(value: unknown): string | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const name = tagOf(value).slice("[object ".length, -1);
  return name === "DataView" ? undefined : name;
}

/** A view of the bytes in an ArrayBuffer, typed array or DataView, not a copy; undefined for anything else. */
export function bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
  }
  return isArrayBuffer(value) ? new Uint8Array(value) : undefined;
}
