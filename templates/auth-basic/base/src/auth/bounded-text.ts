import { z } from "zod";

/**
 * A text of at most `most` UTF-16 units: nothing that is said of it further on looks at a longer one. Threat: normalizing
 * takes time with the square of a text's length, and some expressions do. (`max` of zod counts code points, in some of its
 * versions, and does not keep other checks from looking.)
 */
export function boundedText(most: number, message: string = "This is too long.") {
  return z
    .string()
    .refine(({ length }) => length <= most, { message, abort: true })
    .meta({ maxLength: most });
}
