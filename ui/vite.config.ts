import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressed } from "./compress.ts";

/** The server to speak to in `npm run dev`. */
const SERVER = process.env.BLOCKWRIGHT_URL ?? "http://127.0.0.1:6789";

/** What is loaded together is one file: else every icon and small part that two screens share is a request of its own.
 * A group takes along what its modules import; the first that matches has it, by priority. */
const SHELL = [
  /node_modules\/(react|react-dom|scheduler|@tanstack|openapi-fetch|lucide-react)\//,
  /rolldown\/runtime/,
  /src\/(ui|api|live|styles|app)\/(?!MenuList|KeysSheet|Login|Drawer\.|worker|charts\/(Chart|marks))/,
  /src\/features\/(projects|access)\//,
  // What most lists show of runs and pipelines, and the looks of the first screens.
  /src\/features\/(runs|pipelines)\/(api|index|components\/(DataDiff|Sure|words)|model\/rows)\.tsx?/,
  /src\/features\/triggers\/(api|index|Paused|triggers\.module)/,
  /src\/features\/(home|pipelines|runs)\/(home|pipelines|runs|diff)\.module\.css/,
];
const LATER_LANGUAGES = "lang-(markdown|html|css|javascript|sql|yaml)|markdown|html|css|javascript|yaml|merge";
const GROUPS = [
  { name: "shell", test: (id: string) => SHELL.some((pattern) => pattern.test(id)), priority: 9 },
  {
    name: "editor",
    test: new RegExp(
      `node_modules/(@codemirror|@lezer)/(?!(${LATER_LANGUAGES})/)|features/editor/(Code|setup|sqlCompletion|highlighted|keeping)|features/languages/(?!.*test)`,
    ),
    priority: 7,
  },
  { name: "results", test: /src\/features\/(outputs|logs|graph)\//, priority: 6 },
  {
    name: "workspace",
    test: /src\/features\/(workspace\/(?!index|FilesScreen)|editor\/(index|lazy|languages))/,
    priority: 5,
  },
];

export default defineConfig({
  plugins: [react(), compressed()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // Filled in by the server, anew for each page: styles and scripts of the page itself carry it.
  html: { cspNonce: "BLOCKWRIGHT_NONCE" },
  build: {
    outDir: "../src/blockwright/web/app_files",
    emptyOutDir: true,
    target: "es2023",
    // A font or picture inside a script would be refused by the page's policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: { output: { codeSplitting: { groups: GROUPS } } },
  },
  worker: { format: "es" },
  server: {
    proxy: Object.fromEntries(["/api", "/health", "/sign-in"].map((path) => [path, { target: SERVER, ws: true }])),
  },
});
