import type { LoginStory } from "../factors/login-stories.js";
import { openRestored, restoring } from "./restore.js";

/** Taking back a deletion goes on where its second factor is there. */
export const restoreWithFactor: LoginStory = { purpose: restoring, goOn: openRestored };
