// Builds one script, one style, and a document per language; the same sources give the same bytes.
import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

const LANGUAGES = ["de", "en"];
const LIBRARIES = ["leaflet", "uplot"];

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** Fills a language's words into the page; `{{key*}}` is a list. An unknown key stops the build. */
function page(language, files) {
  const words = { ...JSON.parse(read(`words/${language}.json`)), code: language, ...files };
  return read("page.html").replace(/\{\{(\w+)(\*?)\}\}/g, (_, key, list) => {
    if (!(key in words)) throw new Error(`words/${language}.json lacks ${key}`);
    if (!list) return escaped(words[key]);
    return words[key].split("|").map((one) => `<li>${escaped(one)}</li>`).join("\n");
  });
}

function documents() {
  return {
    name: "documents",
    generateBundle(_, bundle) {
      const named = (ending) => `/page/${Object.keys(bundle).find((name) => name.endsWith(ending))}`;
      const emit = (fileName, source) => this.emitFile({ type: "asset", fileName, source });
      const licences = LIBRARIES.map((name) => {
        const { version, license } = JSON.parse(read(`node_modules/${name}/package.json`));
        return `${name} ${version} (${license})\n\n${read(`node_modules/${name}/LICENSE`).trim()}\n`;
      });
      emit("licences.txt", licences.join(`\n${"-".repeat(80)}\n\n`));
      emit("icon.svg", read("src/icon.svg"));
      const files = { style: named(".css"), script: named(".js"), icon: "/page/icon.svg", licence_file: "/page/licences.txt" };
      for (const language of LANGUAGES) emit(`${language}.html`, page(language, files));
    },
  };
}

/** Takes the link to its maker's page out of Leaflet: it is never shown, and the page names the library itself. */
function withoutAddress() {
  return {
    name: "without-address",
    enforce: "pre",
    transform(code, id) {
      if (id.includes("/leaflet/")) return { code: code.replaceAll("https://leafletjs.com", ""), map: null };
    },
  };
}

export default defineConfig({
  base: "/page/",
  publicDir: false,
  plugins: [withoutAddress(), documents()],
  build: {
    outDir: "built",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: {
      input: "src/main.ts",
      output: { entryFileNames: "[name]-[hash].js", assetFileNames: "[name]-[hash][extname]", comments: false },
    },
  },
});
