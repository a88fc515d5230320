import Bowser from "bowser";

export const unknownDevice = "An unknown device";

/** What base keeps of a user agent; more is not read. */
const mostCharacters = 256;

/** Names that the library knows. Of one it doesn't know it gives back what the client sent. */
const browsers = new Set(Object.values(Bowser.BROWSER_MAP));
const systems = new Set(Object.values(Bowser.OS_MAP));
const appleDevices = ["iPhone", "iPad", "iPod Touch"];

/** The name at the front of the header, of programs that are no browsers: "curl/8.5.0". Browsers say "Mozilla/5.0". */
const program = /^(?!Mozilla\b)([A-Za-z][\w.-]{0,29})(?:\/|$)/;

/**
 * The device behind a User-Agent header, for people to read: "Firefox on Windows", "Safari on iPhone", "curl". Without
 * versions, so that an update is not another device. A client can send any header: it is a hint, and proves nothing.
 */
export function deviceInWords(userAgent: string | null): string {
  const header = (userAgent ?? "").slice(0, mostCharacters).trim();
  if (header === "") return unknownDevice;
  const { browser, os, platform } = Bowser.parse(header);
  const name = program.exec(header)?.[1] ?? known(browsers, browser.name);
  const system = appleDevices.find((device) => device === platform.model) ?? known(systems, os.name);
  if (name && system) return `${name} on ${system}`;
  return name ?? (system ? `An unknown browser on ${system}` : unknownDevice);
}

function known(names: ReadonlySet<string>, name: string | undefined): string | undefined {
  return name !== undefined && names.has(name) ? name : undefined;
}
