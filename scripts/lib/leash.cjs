/**
 * Loaded into the Node host before its own code. Whoever kills the starting script outright, as a crash test or a
 * service manager does, must not leave the till behind holding its data folder: the end of the channel to the script
 * ends the host and, where there are process groups, what it started. An orderly stop does not come this way.
 */
if (process.channel && process.env["QABYL_LEASH"]) {
  process.once("disconnect", () => {
    process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL");
  });
  process.channel.unref();
}
// What the host starts may load this file again, with a channel of its own: it is not meant.
delete process.env["QABYL_LEASH"];
