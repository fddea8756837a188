/** Modules that k6 has removed, each with what k6 says when a script imports it. */
export const removedModules: Readonly<Record<string, string>> = {};
