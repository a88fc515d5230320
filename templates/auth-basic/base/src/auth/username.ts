/**
 * The form of a username that is unique: `Bob` and `bob`, a Kelvin sign and a K, full-width and plain letters are one
 * name. Unicode's NFKC and full case folding, computed here and not by a database's collation. Lower case comes first
 * too: the capital `ẞ` has no other upper case, and would not meet `ß`, whose upper case is `SS`.
 */
export function canonicalUsername(username: string): string {
  return username.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");
}
