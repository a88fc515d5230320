const who = document.querySelector("#who");
const problem = document.querySelector("#problem");
const credentials = document.querySelector("#credentials");
const logOut = document.querySelector("#log-out");

/** One request to the auth module. The browser keeps and sends the cookie; no script sees it. */
async function send(method, path, body) {
  const answer = await fetch(`/api/auth${path}`, {
    method,
    headers: { "Content-Type": "application/json", "Auth-Session": "cookie" },
    body: body && JSON.stringify(body),
  });
  const isJson = /[/+]json/.test(answer.headers.get("Content-Type") ?? "");
  return { status: answer.status, body: isJson ? await answer.json() : null };
}

/** Asks who is logged in, and shows it. */
async function show() {
  const { status, body } = await send("GET", "/session");
  const user = status === 200 ? body.user : null;
  who.textContent = user ? `Logged in as ${user.username}` : "Not logged in";
  credentials.hidden = user !== null;
  logOut.hidden = user === null;
}

/** What is wrong, in words: of each member of the input, or of the whole. */
function wrong({ status, body }) {
  if (status < 400) return "";
  return body?.errors?.map(({ message }) => message).join(" ") ?? body?.detail ?? "The server does not answer.";
}

credentials.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(credentials);
  const path = event.submitter?.value === "sign-up" ? "/signup" : "/session";
  const answer = await send("POST", path, { username: form.get("username"), password: form.get("password") });
  problem.textContent = wrong(answer);
  if (answer.status < 300) credentials.reset();
  await show();
});

logOut.addEventListener("click", async () => {
  problem.textContent = wrong(await send("DELETE", "/session"));
  await show();
});

await show();
