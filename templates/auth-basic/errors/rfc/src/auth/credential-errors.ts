/** How bad credentials are answered: with 401, as RFC 9110 and RFC 6750 have it. */
export const credentialErrors = {
  InvalidLoginCredentials: { status: 401, code: "InvalidLoginCredentials" },
  InvalidAccessToken: { status: 401, code: "InvalidAccessToken" },
} as const;
