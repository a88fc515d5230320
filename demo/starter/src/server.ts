import express from "express";

const app = express();
const notes = ["buy milk", "call Ada"];

app.use(express.json());

app.get("/", (_req, res) => {
  res.json({ name: "notes-api" });
});

const port = Number(process.env["PORT"] ?? 3000);
app.listen(port, "127.0.0.1", (error) => {
  if (error) throw error;
  console.log(`listening on http://localhost:${port} with ${notes.length} notes`);
});
