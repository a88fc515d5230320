import type { AccountDelete } from "../hooks.js";
import { deletePasskeys } from "./store.js";

/** The passkeys of an account go with it. */
export const forgetPasskeys: AccountDelete = async (tx, userId) => {
  await deletePasskeys(tx, userId);
};
