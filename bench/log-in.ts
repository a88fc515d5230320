/** A login that must succeed. */
export async function logIn(url: string, username: string, password: string): Promise<void> {
  const response = await fetch(`${url}/api/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  if (response.status !== 200) throw new Error(`A login answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}
