import express, { type Express } from "express";
import helmet from "helmet";
import { config } from "./config.js";
import { handleErrors, notFound } from "./middleware/errors.js";
import { apiRouter } from "./routes/api.js";

/** The application, without a port: tests use it as it is. */
export const app: Express = express();

app.set("trust proxy", config.trustProxy);
app.use(helmet());
app.use("/api", apiRouter);
app.use(notFound);
app.use(handleErrors);
