/** The host and its port, as a technician reads them out. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}
