import { z } from "zod";

/** Nothing shows of these; the last four are letters and symbols to Unicode. */
const blanks = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}\u{13441}\u{13442}]/u;

/** UTS 39, section 5.4: more marks in a row are in no language, and reach into the lines above. */
const piledMarks = /[\p{Mn}\p{Me}]{5}/u;

/** Embeddings, overrides and isolates: what follows would be shown in another order than it is read in. */
const directions = /[\u202A-\u202E\u2066-\u2069]/u;

/**
 * A text of at most `most` UTF-16 units: nothing that is said of it further on looks at a longer one. Threat: normalizing
 * takes time with the square of a text's length, and some expressions do. (`max` of zod counts code points, in some of its
 * versions, and does not keep other checks from looking.)
 */
export function boundedText(most: number, message = "This is too long.") {
  return z
    .string()
    .refine(({ length }) => length <= most, { message, abort: true })
    .meta({ maxLength: most });
}

/** Whether there is a space, or something else of which nothing shows. */
export function hasBlanks(text: string): boolean {
  return blanks.test(text);
}

/** Whether nothing shows of the whole text. */
export function isBlank(text: string): boolean {
  return [...text].every((character) => blanks.test(character));
}

/** Whether there are more than 4 nonspacing marks in a row. Measure what a stranger sends before: this normalizes it. */
export function pilesMarks(text: string): boolean {
  return piledMarks.test(text.normalize("NFD"));
}

/** Whether there are characters that change the direction of others. Marks of direction (U+200E, U+200F) are text. */
export function turnsText(text: string): boolean {
  return directions.test(text);
}
