/**
 * Limits for what hangs, not for what is slow: a machine that is loaded ten times over still passes, and one that waits
 * for ever fails. What has to be quick is asserted where it is measured.
 */

/** Of a test and of a hook, in milliseconds. */
export const testHangMs = 600_000;

/** Of a wait inside of a test: it fails first, and says what did not come. */
export const waitHangMs = 120_000;
