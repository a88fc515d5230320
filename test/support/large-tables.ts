/** Rows of a table that is large enough for the planner to choose as it does for millions. */
export const manyRows = 100_000;
const manySessions = 200_000;

/** `days` before now. */
const ago = (days: string): string => `now() - (${days}) * interval '1 day'`;
/** Spreads rows evenly over so many days, the past half first. */
const around = (days: number): string => ago(`${days / 2} - n * ${days}.0 / ${manyRows}`);

/**
 * SQL that fills every table of the module as years of use and a purge that never ran would: users of whom few are admins
 * or disabled, sessions of which most have ended, and of everything that expires one half that has.
 */
export const fillTables = [
  `insert into auth_users (id, username, username_canonical, email, email_verified_at, password_hash, pepper_id, role, disabled_at, created_at)
    select 'user-' || n, 'user-' || n, 'user-' || n, 'user-' || n || '@example.org', case when n % 2 = 0 then now() end, '-', '-',
      case when n % 10000 = 0 then 'admin' else 'user' end, case when n % 5000 = 1 then now() end, ${ago(`n * 700.0 / ${manyRows}`)}
    from generate_series(1, ${manyRows}) n`,
  `insert into auth_sessions (id, user_id, epoch, created_at, rotated_at, idle_expires_at, absolute_expires_at, revoked_at)
    select md5(n::text), 'user-' || n / 2, 0, ${ago("n % 40")}, ${ago("n % 40")}, ${ago("n % 40 - 31")}, ${ago("n % 40 - 365")},
      case when n % 3 > 0 then ${ago("n % 39")} end
    from generate_series(1, ${manySessions}) n`,
  `insert into auth_events (time, event, outcome, user_id)
    select ${ago(`180 - n * 180.0 / ${manyRows}`)}, case when n % 1000 = 0 then 'user_deleted' else 'authn_login_success' end, 'success', 'user-' || n
    from generate_series(1, ${manyRows}) n`,
  `insert into auth_webhook_outbox (message_id, user_id, payload, created_at, next_attempt_at)
    select 'message-' || n, 'user-' || n, '{}', ${ago(`12 - n * 12.0 / ${manyRows}`)}, ${around(1)} from generate_series(1, ${manyRows}) n`,
  `insert into auth_email_tokens (id, purpose, user_id, address, address_canonical, token_hash, created_at, expires_at)
    select 'token-' || n, 'verify', 'user-' || n, 'user-' || n, 'user-' || n, 'hash-' || n, now(), ${around(2)} from generate_series(1, ${manyRows}) n`,
  `insert into auth_mail_outbox (id, purpose, user_id, address, attempts, due_at, created_at)
    select 'mail-' || n, 'verify', 'user-' || n, 'user-' || n, 0, case when n % 4 > 0 then ${around(1)} end, ${ago(`14 - n * 14.0 / ${manyRows}`)}
    from generate_series(1, ${manyRows}) n`,
  `insert into auth_mail_limits (key, sent, next_at, day_ends_at)
    select 'key-' || n, 1, now(), ${around(2)} from generate_series(1, ${manyRows}) n`,
  `insert into auth_account_deletions (user_id, disabled_at, delete_after)
    select 'user-' || n, now(), ${around(14)} from generate_series(1, ${manyRows}) n`,
  `insert into auth_known_devices (user_id, device, first_seen_at)
    select 'user-' || n, 'Firefox', now() from generate_series(1, ${manyRows}) n`,
  `insert into auth_rate_limits (key, points, expire) select 'key-' || n, 1, 0 from generate_series(1, ${manyRows}) n`,
  `insert into auth_key_bindings (session_id, thumbprint) select md5(n::text), 'key-' || n from generate_series(1, ${manyRows}) n`,
  `insert into auth_used_proofs (id, expires_at) select 'proof-' || n, ${around(2)} from generate_series(1, ${manyRows}) n`,
  `insert into auth_keypair_tokens (id, user_id, epoch, name, created_at, expires_at)
    select 'token-' || n, 'user-' || n, 0, 'deploys', now(), ${around(365)} from generate_series(1, ${manyRows}) n`,
  `insert into auth_factor_challenges (hash, user_id, epoch, amr, purpose, purpose_of, wrong, expires_at)
    select 'hash-' || n, 'user-' || n, 0, 'pwd', 'login', '', 0, ${around(2)} from generate_series(1, ${manyRows}) n`,
  `insert into auth_factor_guesses (user_id, wrong, ends_at, wrong_of_day, day_ends_at)
    select 'user-' || n, 1, now(), 1, ${around(2)} from generate_series(1, ${manyRows}) n`,
  `insert into auth_recovery_codes (hash, user_id, created_at) select 'hash-' || n, 'user-' || n / 10, now() from generate_series(1, ${manyRows}) n`,
  `insert into auth_totp_secrets (user_id, sealed, last_step, set_at)
    select 'user-' || n, '-', 0, now() from generate_series(1, ${manyRows}) n`,
  `insert into auth_factor_deadlines (user_id, since) select 'user-' || n, now() from generate_series(1, ${manyRows}) n`,
  `insert into auth_passkeys (id, credential_id, user_id, user_handle, rp_id, public_key, algorithm, counter, backup_eligible, backed_up, transports, name, created_at)
    select 'passkey-' || n, 'credential-' || n, 'user-' || n, 'handle-' || n, 'localhost', '-', -7, 0, 0, 0, '', 'Laptop', now() from generate_series(1, ${manyRows}) n`,
  `insert into auth_passkey_challenges (hash, purpose, bound_to, user_handle, expires_at)
    select 'hash-' || n, 'login', '', '', ${around(2)} from generate_series(1, ${manyRows}) n`,
  "analyze",
];
