/**
 * Makes a fresh clone ready: plain JavaScript that Node 20 runs before node_modules exist.
 *
 * `node test/bootstrap.mjs [--tests]` installs the npm packages if they are missing or older than package-lock.json,
 * and with --tests also the few Debian packages that tests talk to, if apt can.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Programs that tests start, each with the Debian package it is in. */
const programs = [
  ["openssl", "openssl"],
  ["nginx", "nginx-light"],
];

function run(command, args, env = process.env) {
  const done = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], env });
  if (done.error) throw done.error;
  return done.status === 0;
}

/** Tells whether a program is on the path; system daemons stand in folders that a user's path may leave out. */
function onPath(program) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Tells whether node_modules holds what package-lock.json asks for; packages of other platforms may be absent. */
function upToDate() {
  const installedLock = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installedLock)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedLock, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" || (path in installed ? installed[path].version === version : optional === true),
  );
}

function installPackages() {
  if (upToDate()) return;
  console.log("installing npm packages (npm ci)");
  if (run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])) return;
  console.error("npm ci failed: the npm registry must be within reach the first time");
  process.exit(1);
}

function installPrograms() {
  const missing = programs.filter(([program]) => !onPath(program)).map(([, debianPackage]) => debianPackage);
  if (missing.length === 0) return;
  if (!onPath("apt-get") || process.getuid?.() !== 0) {
    console.log(`not installed, tests that need them will fail: ${missing.join(", ")}`);
    return;
  }
  console.log(`installing Debian packages: ${missing.join(", ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-y", "-qq", "--no-install-recommends", ...missing];
  const ready = run("apt-get", ["update", "-qq"], env) && run("apt-get", install, env);
  if (!ready) console.log(`apt-get could not install ${missing.join(", ")}: tests that need them will fail`);
}

installPackages();
if (process.argv.includes("--tests")) installPrograms();
