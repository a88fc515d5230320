import { z } from "zod";
import type { OperationGroup } from "./operations.js";

/** What `router.ts` answers. */
export const openApiOperations: OperationGroup = {
  operations: [
    {
      id: "getOpenApi",
      route: "GET /openapi.json",
      topic: "Server",
      summary: "This document",
      description: "In production it is not served.",
      auth: "none",
      success: { status: 200, description: "OpenAPI 3.1.", body: z.looseObject({ openapi: z.literal("3.1.0") }) },
      errors: ["NotFound"],
    },
  ],
};
