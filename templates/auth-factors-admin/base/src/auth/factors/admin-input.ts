import { isId, listQuery } from "../admin/input.js";
import { boundedText } from "../values/text.js";

const mostIdText = 64;

/** The query of `GET /factors` of admins: its pages are in the order of ids, and `cursor` is the last one of a page. */
export const factorListQuery = listQuery.pick({ limit: true }).extend({
  cursor: boundedText(mostIdText)
    .refine((text) => text === "" || isId(text), { message: "This is no cursor." })
    .default(""),
});
