/**
 * Keeps secrets that scripts asked for out of the log.
 *
 * Behaviour: k6 source, secretsource/hook.go.
 */
import type { LogRecord } from "../base/log.ts";

const REPLACEMENT = "***SECRET_REDACTED***";

export class SecretRedaction {
  private readonly secrets = new Set<string>();
  private pattern: RegExp | undefined;

  /** Blanks are no secret. */
  add(secret: string): void {
    if (secret.trim() === "" || this.secrets.has(secret)) return;
    this.secrets.add(secret);
    const texts = [...this.secrets].map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    this.pattern = new RegExp(texts.join("|"), "g");
  }

  /** The record without the secrets that are known by now. */
  apply(record: LogRecord): LogRecord {
    const { pattern } = this;
    if (pattern === undefined) return record;
    const clean = (text: string): string => text.replace(pattern, REPLACEMENT);
    const redacted = { ...record, message: clean(record.message) };
    if (record.fields !== undefined) {
      redacted.fields = Object.fromEntries(
        Object.entries(record.fields).map(([key, value]) => [
          clean(key),
          typeof value === "string" ? clean(value) : value,
        ]),
      );
    }
    return redacted;
  }
}
