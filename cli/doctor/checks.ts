import { advisory } from "./checks/advisory.js";
import { changedBase } from "./checks/changed-base.js";
import { lateCors } from "./checks/code/late-cors.js";
import { lostEntry } from "./checks/code/lost-entry.js";
import { lostProtection } from "./checks/code/lost-protection.js";
import { missingGuard } from "./checks/code/missing-guard.js";
import { openCors } from "./checks/code/open-cors.js";
import { openOnError } from "./checks/code/open-on-error.js";
import { routerPlace } from "./checks/code/router-place.js";
import { settings } from "./checks/code/settings.js";
import { trustProxy } from "./checks/code/trust-proxy.js";
import { committedSecret } from "./checks/committed-secret.js";
import { conflictMarkers } from "./checks/conflict-markers.js";
import { missingCompanion } from "./checks/missing-companion.js";
import { missingItem } from "./checks/missing-item.js";
import { notIgnored } from "./checks/not-ignored.js";
import { pendingMigrations } from "./checks/pending-migrations.js";
import { plainHttp } from "./checks/plain-http.js";
import { privateKey } from "./checks/private-key.js";
import { secretInBuild } from "./checks/secret-in-build.js";
import { vulnerableDependency } from "./checks/vulnerable-dependency.js";
import { weakSecret } from "./checks/weak-secret.js";
import type { Check } from "./checkup.js";

/** Everything that the doctor looks at; docs/doctor.md lists it in the same order. */
export const checks: readonly Check[] = [
  weakSecret,
  committedSecret,
  privateKey,
  secretInBuild,
  notIgnored,
  settings,
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
