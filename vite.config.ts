import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: "renderer",
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../dist/renderer",
    emptyOutDir: true,
    target: "chrome150",
    // The customer's display is a page of its own, which loads nothing of the till's places.
    rolldownOptions: {
      input: ["index.html", "customer.html"].map((page) => join(import.meta.dirname, "renderer", page)),
    },
    modulePreload: { polyfill: false },
    // Fonts and images stay files: the content security policy allows no data: fonts.
    assetsInlineLimit: 0,
    // The desk, which only a technician opens, comes whole.
    chunkSizeWarningLimit: 600,
  },
});
