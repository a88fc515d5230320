import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.js";
import { whyNot } from "./needs.js";
import { type Program, startProgram } from "./program.js";

/** A proxy as deployments have it in front of the application, on a free port of 127.0.0.1. */
export interface FrontProxy extends Program {
  /** What its clients ask for: `path` is what it takes off. */
  readonly url: string;
}

export type ProxyName = "nginx" | "caddy";

/** Why tests with that proxy can't run here, or null. */
export function noProxy(name: ProxyName): string | null {
  return whyNot([name]);
}

/** A port for a proxy, and what its clients will ask for: the application has to know that before it starts. */
export async function placeForProxy(path = ""): Promise<{ port: number; url: string }> {
  const port = await freePort();
  return { port, url: `http://127.0.0.1:${port}${path}` };
}

/** Starts it in front of `target`, with a name of its own in Host, and `path` taken off. */
export async function startProxy(
  name: ProxyName,
  { port, url }: { port: number; url: string },
  target: string,
): Promise<FrontProxy> {
  const dir = await mkdtemp(join(tmpdir(), `authwright-${name}-`));
  const path = new URL(url).pathname.replace(/\/$/, "");
  const file = join(dir, "proxy.conf");
  await writeFile(file, configs[name]({ dir, port, path, target }));
  const flags = {
    nginx: ["-c", file, "-p", dir, "-e", "stderr"],
    caddy: ["run", "--config", file, "--adapter", "caddyfile"],
  };
  const answers = (): Promise<boolean> =>
    fetch(url).then(
      () => true,
      () => false,
    );
  return { url, ...(await startProgram(name, flags[name], answers)) };
}

interface Place {
  readonly dir: string;
  readonly port: number;
  readonly path: string;
  readonly target: string;
}

const configs: Record<ProxyName, (place: Place) => string> = {
  nginx: ({ dir, port, path, target }) => `daemon off;
master_process off;
pid ${dir}/nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path ${dir}/body;
  proxy_temp_path ${dir}/proxy;
  fastcgi_temp_path ${dir}/fastcgi;
  uwsgi_temp_path ${dir}/uwsgi;
  scgi_temp_path ${dir}/scgi;
  server {
    listen 127.0.0.1:${port};
    location ${path}/ {
      proxy_pass ${target}/;
      proxy_set_header Host inside.example;
    }
  }
}
`,
  caddy: ({ port, path, target }) => `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  handle_path ${path}/* {
    reverse_proxy ${target} {
      header_up Host inside.example
    }
  }
}
`,
};
