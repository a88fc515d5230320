import { createSecretKey } from "node:crypto";
import express, { type RequestHandler } from "express";
import { expressjwt } from "express-jwt";
import passport from "passport";
import { ExtractJwt, Strategy } from "passport-jwt";
import { signAccessToken } from "../../templates/auth-basic/base/src/auth/access-token.js";
import { accessTokenSigners } from "../../templates/auth-basic/base/src/auth/access-token-signers.js";
import { config } from "../../templates/auth-basic/base/src/auth/config.js";
import { migrations } from "../../templates/auth-basic/base/src/db/migrations/index.js";
import { protectedRoute } from "../../templates/auth-basic/base/src/middleware/jwt.js";
import { keySigner } from "../../templates/auth-jwks/base/src/auth/jwks/signers.js";
import { signingKeys } from "../../templates/auth-jwks/base/src/db/migrations/0060-signing-keys.js";
import { answerQuestions, cpuTime } from "./answers.js";
import { listen } from "./listen.js";

const secret = config.jwtSecretKey;
const session = { id: "session", userId: "user", claims: { auth_time: new Date(), amr: "pwd" } };
const keyObject = createSecretKey(Buffer.from(secret));

const guards: Record<string, () => RequestHandler[]> = {
  none: () => [],
  "a guard that does nothing": () => [(_req, _res, next) => next()],
  protectedRoute: () => [protectedRoute],
  "protectedRoute, ES256": () => [withKeys()],
  "express-jwt, string": () => [expressjwt({ secret, algorithms: ["HS256"] })],
  "express-jwt, KeyObject": () => [expressjwt({ secret: keyObject, algorithms: ["HS256"] })],
  "passport-jwt": () => [passportJwt()],
};

/** As auth-jwks has it: what the keys are is in the database. */
function withKeys(): RequestHandler {
  migrations.push(signingKeys);
  accessTokenSigners.push(keySigner);
  return protectedRoute;
}

function passportJwt(): RequestHandler {
  const options = {
    secretOrKey: secret,
    algorithms: ["HS256"],
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
  };
  passport.use(new Strategy(options, (claims, done) => done(null, { id: claims.sub })));
  return passport.authenticate("jwt", { session: false });
}

const app = express();
app.get("/hello", ...guards[process.argv[2] ?? "none"]!(), (_req, res) => {
  res.json({ hello: "world" });
});

answerQuestions({
  listen: () => listen(app),
  tokens: (count: number) =>
    Promise.all(Array.from({ length: count }, () => signAccessToken(session, config.accessTokenSeconds))),
  cpuTime,
});
