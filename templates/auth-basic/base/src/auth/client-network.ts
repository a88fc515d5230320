import { isIPv6 } from "node:net";

const groups = 8;
const networkGroups = 4;

/** The network a client's address belongs to: an IPv4 address itself, the /64 of an IPv6 one (a household's share). */
export function networkOf(ip: string | null): string {
  const address = (ip ?? "").replace(/%.*$/, "").toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (mapped?.[1]) return mapped[1];
  return isIPv6(address) ? expand(address).slice(0, networkGroups).join(":") : address;
}

/** The eight groups of an address, without leading zeros, so that every spelling of it is one. */
function expand(address: string): string[] {
  const [head = "", tail] = address.split("::");
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array<string>(groups - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right];
}

/** An IPv4 address at the end stands for two groups; they are below the /64, so what they are does not matter. */
function groupsOf(text: string): string[] {
  const found = text === "" ? [] : text.split(":");
  return found.flatMap((group) => (group.includes(".") ? ["v4", "v4"] : group.replace(/^0+(?=.)/, "")));
}
