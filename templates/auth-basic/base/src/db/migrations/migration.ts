/** A step of the schema: applied once, in the order of `index.ts`, and never edited afterwards. */
export interface Migration {
  id: string;
  statements: string[];
}
