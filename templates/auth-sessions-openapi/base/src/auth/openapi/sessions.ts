import { z } from "zod";
import type { OperationGroup } from "./operations.js";
import { deviceCookie, session, sessionId } from "./output.js";

const device = z
  .string()
  .regex(/^.+$/)
  .max(256)
  .meta({ description: "The user agent in words: a hint, and proves nothing." });
const sessionInWords = z.object({ ...session.shape, device }).meta({ id: "SessionInWords" });

/** What `auth/sessions/router.ts` answers. */
export const sessionOperations: OperationGroup = {
  operations: [
    {
      id: "getSessions",
      route: "GET /sessions",
      topic: "Sessions",
      summary: "The user's sessions, with their devices in words",
      auth: "required",
      parameters: [{ name: "after", in: "query", description: "The `next` of the page before.", schema: sessionId }],
      success: {
        status: 200,
        description: "The one that was used last comes first.",
        body: z.object({ sessions: z.array(sessionInWords).max(100), next: sessionId.nullable() }),
      },
      errors: [],
    },
    {
      id: "endOtherSessions",
      route: "DELETE /sessions",
      topic: "Sessions",
      summary: "End every other login of the user",
      auth: "required",
      success: { status: 204, description: "All but this one have ended.", headers: deviceCookie },
      errors: [],
    },
  ],
};
