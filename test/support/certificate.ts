import { join } from "node:path";
import { x } from "tinyexec";

/** Files with a key and a certificate that nobody has signed, for localhost and the hosts below `*.shop.localhost`. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const names = "subjectAltName=DNS:localhost,DNS:*.shop.localhost";

/** Makes one with openssl, in the folder. */
export async function makeCertificate(dir: string): Promise<Certificate> {
  const files = { key: join(dir, "key.pem"), cert: join(dir, "cert.pem") };
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const args = ["req", ...kind, "-subj", "/CN=localhost", "-addext", names, "-keyout", files.key, "-out", files.cert];
  await x("openssl", args, { throwOnError: true });
  return files;
}
