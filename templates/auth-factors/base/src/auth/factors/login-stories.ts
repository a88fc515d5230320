import type { CheckedLogin, Opened } from "../accounts.js";
import type { ClientInfo } from "../events.js";
import type { NewSession } from "../sessions.js";
import { moveSession, stepUp } from "../sudo/reauthentication.js";
import { giveBackSessionAttempt } from "../throttle.js";

/** How a login of another purpose than to be logged in goes on once its second factor is there. */
export interface LoginStory {
  /** `purpose.name` of the login. */
  readonly purpose: string;
  readonly goOn: (login: CheckedLogin, client: ClientInfo, session: NewSession) => Promise<Opened>;
}

/** Every such purpose. An add-on appends its own. */
export const loginStories: LoginStory[] = [{ purpose: stepUp, goOn: goOnWithStepUp }];

async function goOnWithStepUp(login: CheckedLogin, client: ClientInfo, session: NewSession): Promise<Opened> {
  const opened = await moveSession(login, client, session);
  await giveBackSessionAttempt(login.user.id);
  return opened;
}
