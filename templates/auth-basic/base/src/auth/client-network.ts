import { isIPv6 } from "node:net";

const groups = 8;
const networkGroups = 4;

/** What stands before the IPv4 address that an IPv6 address holds, as groups of 16 bits. */
const beforeIpv4 = [
  [0, 0, 0, 0, 0, 0xffff], // mapped: RFC 4291, section 2.5.5.2
  [0, 0, 0, 0, 0xffff, 0], // translated: RFC 2765
  [0x64, 0xff9b, 0, 0, 0, 0], // NAT64: RFC 6052
  [0x64, 0xff9b, 1, 0, 0, 0], // NAT64 of a network's own: RFC 8215
  [0x2002], // 6to4: RFC 3056
];

/** The network a client's address belongs to: an IPv4 address itself, the /64 of an IPv6 one (a household's share). */
export function networkOf(ip: string | null): string {
  const address = plainAddress(ip ?? "");
  if (!isIPv6(address)) return address;
  const network = expand(address).slice(0, networkGroups);
  return network.map((group) => group.toString(16)).join(":");
}

/**
 * The address without a zone; the IPv4 address that it holds, if it does: who comes by a gateway or a socket of both kinds
 * is still one client.
 */
export function plainAddress(ip: string): string {
  const [address = ""] = ip.toLowerCase().split("%");
  return isIPv6(address) ? (ipv4In(expand(address)) ?? address) : address;
}

function ipv4In(address: readonly number[]): string | null {
  const before = beforeIpv4.find((prefix) => prefix.every((group, at) => group === address[at]));
  if (!before) return null;
  const halves = address.slice(before.length, before.length + 2);
  return halves.flatMap((group) => [group >> 8, group & 0xff]).join(".");
}

/** The eight groups of an address, so that every spelling of it is one. */
function expand(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array<number>(groups - left.length - right.length).fill(0);
  return [...left, ...zeros, ...right];
}

function groupsOf(text: string): number[] {
  const found = text === "" ? [] : text.split(":");
  return found.flatMap((group) => (group.includes(".") ? pairOf(group) : Number.parseInt(group, 16)));
}

/** An IPv4 address at the end stands for two groups. */
function pairOf(dotted: string): number[] {
  const [first = 0, second = 0, third = 0, fourth = 0] = dotted.split(".").map(Number);
  return [first * 256 + second, third * 256 + fourth];
}
