/**
 * Whether a text is an IP address: what `node:net` answers, without loading it.
 *
 * `node:net` and its kin cost a thread milliseconds and megabytes; most sockets need none of them.
 */

const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}(?<!\.)$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;
const ZONE = /^[0-9a-zA-Z.:-]+$/;
const GROUPS = 8;

/** @returns 4 or 6, or 0 if it is none. */
export function isIP(text: string): 0 | 4 | 6 {
  if (isIPv4(text)) return 4;
  return text.includes(":") && isIPv6(text) ? 6 : 0;
}

export function isIPv4(text: string): boolean {
  return V4.test(text);
}

export function isIPv6(text: string): boolean {
  const percent = text.indexOf("%");
  if (percent >= 0 && !ZONE.test(text.slice(percent + 1))) return false;
  const parts = (percent < 0 ? text : text.slice(0, percent)).split("::");
  if (parts.length > 2) return false;
  let count = 0;
  for (const [i, part] of parts.entries()) {
    const groups = part === "" ? [] : part.split(":");
    const isLast = i === parts.length - 1;
    const added = countGroups(groups, isLast);
    if (added < 0) return false;
    count += added;
  }
  return parts.length === 2 ? count < GROUPS : count === GROUPS;
}

/** Groups of 16 bits; an IPv4 address at the end stands for two. -1 if one of them is none. */
function countGroups(groups: readonly string[], mayEndInV4: boolean): number {
  let count = 0;
  for (const [i, group] of groups.entries()) {
    if (GROUP.test(group)) count++;
    else if (mayEndInV4 && i === groups.length - 1 && isIPv4(group)) count += 2;
    else return -1;
  }
  return count;
}
