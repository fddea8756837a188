/**
 * The texts of dates that scripts put into logs, names of files and requests: k6's engine knows one form of them only,
 * and calls UTC by that name. Who names a locale or options gets what they ask for.
 *
 * A closed function: see `core.ts`.
 */
import type { Realm } from "./core.ts";

export function installDates(rt: Realm): void {
  const { prototype } = Date;
  const { apply } = Reflect;
  const pad = (value: number, width: number): string => String(value).padStart(width, "0");
  const day = (date: Date): string => {
    const year = date.getFullYear();
    return `${pad(date.getMonth() + 1, 2)}/${pad(date.getDate(), 2)}/${year < 0 ? "-" : ""}${pad(Math.abs(year), 4)}`;
  };
  const time = (date: Date): string =>
    `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}`;
  const replace = (
    name: keyof Date,
    make: (native: (...args: any[]) => string) => (self: any, args: any[]) => string,
  ) => {
    const text = make(prototype[name] as (...args: any[]) => string);
    rt.method(
      prototype,
      name,
      rt.fn(name as string, 0, (args, self) => text(self, args)),
    );
  };

  const locals: [keyof Date, (date: Date) => string][] = [
    ["toLocaleString", (date) => `${day(date)}, ${time(date)}`],
    ["toLocaleDateString", day],
    ["toLocaleTimeString", time],
  ];
  for (const [name, form] of locals) {
    replace(name, (native) => (self, args) => {
      const isPlain = args[0] === undefined && args[1] === undefined;
      return isPlain && !Number.isNaN(prototype.getTime.call(self)) ? form(self) : apply(native, self, args);
    });
  }
  for (const name of ["toString", "toTimeString"] as const) {
    replace(
      name,
      (native) => (self, args) => apply(native, self, args).replace("(Coordinated Universal Time)", "(UTC)"),
    );
  }
}
