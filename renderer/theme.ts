const CONTRAST = "(prefers-contrast: more), (forced-colors: active)";
const DARK = "(prefers-color-scheme: dark)";

/** Follows the system's colours and contrast, live. */
export function followTheme(): void {
  const contrast = matchMedia(CONTRAST);
  const dark = matchMedia(DARK);
  const apply = (): void => {
    document.documentElement.dataset.theme = contrast.matches ? "contrast" : dark.matches ? "dark" : "light";
  };
  contrast.addEventListener("change", apply);
  dark.addEventListener("change", apply);
  apply();
}
