import express from "express";
import { authRouter } from "../../templates/auth-basic/base/src/routes/auth.js";
import { answerQuestions, cpuTime } from "./answers.js";
import { listen } from "./listen.js";

/** An application that parses bodies itself, up to the 100 kB that Express takes by default. */
const app = express();
app.use(express.json());
app.use("/api/auth", authRouter);

answerQuestions({ listen: () => listen(app), cpuTime });
