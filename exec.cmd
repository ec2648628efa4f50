@rem The scripts of package.json begin with `exec`, so that a shell in between does not swallow the signals
@rem that npm passes on. Windows has no such word: this gives it one. See CONTRIBUTING.md, "The commands".
@%*
