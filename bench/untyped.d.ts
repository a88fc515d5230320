declare module "passport" {
  import type { RequestHandler } from "express";

  const passport: {
    use(strategy: object): void;
    authenticate(strategy: string, options: { session: boolean }): RequestHandler;
  };
  export default passport;
}

declare module "passport-jwt" {
  interface Options {
    secretOrKey: string;
    algorithms: string[];
    jwtFromRequest: unknown;
  }
  type Done = (error: unknown, user: object) => void;
  export class Strategy {
    constructor(options: Options, verify: (claims: { sub: string }, done: Done) => void);
  }
  export const ExtractJwt: { fromAuthHeaderAsBearerToken(): unknown };
}

declare module "autocannon" {
  export interface Client {
    setRequests(requests: { headers: Record<string, string> }[]): void;
  }
  interface Options {
    url: string;
    connections: number;
    amount: number;
    sampleInt: number;
    headers?: Record<string, string>;
    setupClient?(client: Client): void;
  }
  interface Result {
    duration: number;
    errors: number;
    non2xx: number;
    requests: { total: number };
  }
  export default function autocannon(options: Options): Promise<Result>;
}
