import { accessTokenLife } from "./checks/access-token-life.js";
import { advisory } from "./checks/advisory.js";
import { bcryptCost } from "./checks/bcrypt-cost.js";
import { changedBase } from "./checks/changed-base.js";
import { committedSecret } from "./checks/committed-secret.js";
import { conflictMarkers } from "./checks/conflict-markers.js";
import { ignoredExpiry } from "./checks/ignored-expiry.js";
import { lateCors } from "./checks/late-cors.js";
import { lostEntry } from "./checks/lost-entry.js";
import { lostProtection } from "./checks/lost-protection.js";
import { missingCompanion } from "./checks/missing-companion.js";
import { missingGuard } from "./checks/missing-guard.js";
import { missingItem } from "./checks/missing-item.js";
import { notIgnored } from "./checks/not-ignored.js";
import { openCors } from "./checks/open-cors.js";
import { openOnError } from "./checks/open-on-error.js";
import { pendingMigrations } from "./checks/pending-migrations.js";
import { plainHttp } from "./checks/plain-http.js";
import { rateLimitOff } from "./checks/rate-limit-off.js";
import { routerPlace } from "./checks/router-place.js";
import { secretInBuild } from "./checks/secret-in-build.js";
import { trustProxy } from "./checks/trust-proxy.js";
import { vulnerableDependency } from "./checks/vulnerable-dependency.js";
import { weakSecret } from "./checks/weak-secret.js";
import type { Check } from "./checkup.js";

/** Everything that the doctor looks at; docs/doctor.md lists it in the same order. */
export const checks: readonly Check[] = [
  weakSecret,
  committedSecret,
  secretInBuild,
  notIgnored,
  bcryptCost,
  accessTokenLife,
  ignoredExpiry,
  rateLimitOff,
  openOnError,
  lostProtection,
  lostEntry,
  conflictMarkers,
  changedBase,
  advisory,
  vulnerableDependency,
  openCors,
  trustProxy,
  routerPlace,
  pendingMigrations,
  missingCompanion,
  missingItem,
  missingGuard,
  lateCors,
  plainHttp,
];
