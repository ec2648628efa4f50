/** Of Vite: the files that a pattern names, as the addresses they are served at. */
interface ImportMeta {
  glob<Value>(
    pattern: string,
    options: { readonly query: string; readonly import: string; readonly eager: true },
  ): Readonly<Record<string, Value>>;
}
