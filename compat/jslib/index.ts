/** URLs of jslib.k6.io -> our own modules, which are k6 scripts themselves and work offline. */
export async function jslibSource(_url: string): Promise<string | undefined> {
  return undefined;
}
