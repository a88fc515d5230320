// Published values, as they are printed.

/** RFC 4226, appendix D: the secret, and the codes of the counters from 0 on. */
export const hotpSecret = "12345678901234567890";
export const hotpCodes = [
  ...["755224", "287082", "359152", "969429", "338314"],
  ...["254676", "287922", "162583", "399871", "520489"],
];

/** RFC 6238, appendix B: seconds since 1970, and the code of eight digits by SHA-1 with the same secret. */
export const totpCodes: [seconds: number, code: string][] = [
  [59, "94287082"],
  [1111111109, "07081804"],
  [1111111111, "14050471"],
  [1234567890, "89005924"],
  [2000000000, "69279037"],
  [20000000000, "65353130"],
];
