/** How bad credentials are answered: as the Auth Basic table has it. */
export const credentialErrors = {
  InvalidLoginCredentials: { status: 409, code: "InvalidLoginCredentials" },
  InvalidAccessToken: { status: 403, code: "ForbiddenError" },
} as const;
