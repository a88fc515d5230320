let listener: () => void = () => undefined;

/** Who sends the mail, told that there is some. It stands apart so that what writes mail need not import what sends it. */
export function onNewMail(listen: () => void): void {
  listener = listen;
}

/** Call it when mail has been stored. */
export function ringForMail(): void {
  listener();
}
