/**
 * Talks to the person at the terminal. Always on stderr: stdout belongs to the program that is started.
 * @param {string} text
 */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** A failure whose message is written for the person who typed the command; no stack is shown. */
export class Trouble extends Error {}

/**
 * Runs a command's main function and turns its outcome into the exit code.
 * @param {() => Promise<number>} main
 */
export function runMain(main) {
  main().then(leave, (error) => {
    say(error instanceof Trouble ? error.message : String(error instanceof Error ? error.stack : error));
    leave(1);
  });
}

/**
 * Exits once everything written has left: a pipe on Windows would lose the last lines.
 * @param {number} code
 */
function leave(code) {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
