export interface MountOptions {
  /** Where the file stands in the user's repo; its ending decides how it is parsed. */
  readonly path: string;
  /** The export to import, e.g. "auditRouter". */
  readonly importName: string;
  /** As the import is to be written, e.g. "./routes/audit.js". */
  readonly specifier: string;
  /** Other specifiers that mean the same module, e.g. "@/routes/audit". */
  readonly sameModule?: readonly string[];
  /** e.g. "/api/auth" */
  readonly mount: string;
}
