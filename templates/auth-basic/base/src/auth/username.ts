/**
 * The form of a username that is unique: `Bob` and `bob`, a Kelvin sign and a K, full-width and plain letters are one
 * name. Unicode's NFKC and full case folding, computed here and not by a database's collation.
 */
export function canonicalUsername(username: string): string {
  return username.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}
