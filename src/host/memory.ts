/**
 * Asks the runtime to collect garbage now, where it can be asked.
 *
 * Making VUs leaves several times their size behind; a runtime that waits until it is twice as large as it needs to be
 * then stays so. Bench row: vus-sleep.
 */
export function collectGarbage(): void {
  const { Bun: bun } = globalThis as { Bun?: { gc?(force: boolean): void } };
  bun?.gc?.(true);
}
