/**
 * A client certificate and its key, looked at before the test begins: a pair that no connection could use ends the run
 * here, as in k6, and not each of its requests.
 *
 * The words are those of Go's `tls.X509KeyPair`.
 */
import process from "node:process";

/** @returns What is wrong with the PEM texts, if anything. */
export function tlsPairProblem({ cert, key, password }: { cert: string; key: string; password?: string }): string {
  for (const [pem, what] of [
    [cert, "certificate"],
    [key, "key"],
  ]) {
    if (!pem!.includes("-----BEGIN")) return `tls: failed to find any PEM data in ${what} input`;
  }
  const { createPrivateKey, X509Certificate } = process.getBuiltinModule("node:crypto");
  const leaf = attempt(() => new X509Certificate(cert));
  if (leaf === undefined) return "x509: malformed certificate";
  const isEncrypted = /ENCRYPTED/.test(key);
  const privateKey = attempt(() =>
    createPrivateKey(isEncrypted && password !== undefined ? { key, passphrase: password } : key),
  );
  if (privateKey === undefined) {
    return isEncrypted && password !== undefined
      ? "x509: decryption password incorrect"
      : "tls: failed to parse private key";
  }
  return leaf.checkPrivateKey(privateKey) ? "" : "tls: private key does not match public key";
}

/** The engine's reasons are not Go's, so that it has one is all that counts. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
