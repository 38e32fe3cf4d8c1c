import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";

const ROOT = resolve(__dirname, "..");
const FOLDERS = ["docs", "constructs", "examples"];

/** A program made of the `ts` fences of one document; a fence marked `continued` belongs to the program before it. */
interface Snippet {
  readonly document: string;
  readonly lines: { readonly text: string; readonly line: number }[];
}

function main(): void {
  const documents = markdownFiles();
  const snippets = documents.flatMap(snippetsOf);
  const problems = [...typeErrors(snippets), ...documents.flatMap(deadLinks)];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(`${snippets.length} programs in ${documents.length} documents, ${problems.length} problems\n`);
  if (snippets.length === 0 || problems.length > 0) process.exitCode = 1;
}

function markdownFiles(): string[] {
  const below = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  return [...readdirSync(ROOT), ...below].filter((file) => file.endsWith(".md")).sort();
}

function snippetsOf(document: string): Snippet[] {
  const snippets: Snippet[] = [];
  let open: "ts" | "other" | undefined;
  readFileSync(join(ROOT, document), "utf8")
    .split("\n")
    .forEach((text, index) => {
      const fence = /^\s*```\s*(.*?)\s*$/.exec(text);
      if (fence === null) {
        if (open === "ts") snippets.at(-1)?.lines.push({ text, line: index + 1 });
        return;
      }
      if (open !== undefined) {
        open = undefined;
        return;
      }
      const [language, ...words] = (fence[1] ?? "").split(/\s+/);
      open = language === "ts" ? "ts" : "other";
      if (open === "ts" && !(words.includes("continued") && snippets.length > 0))
        snippets.push({ document, lines: [] });
    });
  return snippets;
}

// The programs exist in memory only, beside their documents, so that relative imports mean what the reader sees.
function typeErrors(snippets: Snippet[]): string[] {
  const sources = new Map(
    snippets.map((snippet, index) => [join(ROOT, dirname(snippet.document), `snippet-${index}.ts`), snippet]),
  );
  const textOf = (snippet: Snippet): string => [...snippet.lines.map(({ text }) => text), "export {};"].join("\n");
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, ROOT);
  const host = ts.createCompilerHost({ ...options, noUnusedLocals: false, noUnusedParameters: false });
  const { fileExists, getSourceFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.getSourceFile = (file, settings, ...rest) => {
    const snippet = sources.get(file);
    return snippet === undefined
      ? getSourceFile(file, settings, ...rest)
      : ts.createSourceFile(file, textOf(snippet), settings);
  };
  const program = ts.createProgram(
    [...sources.keys()],
    { ...options, noUnusedLocals: false, noUnusedParameters: false },
    host,
  );
  return [...sources].flatMap(([file, snippet]) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ start, messageText }) => {
        const at = source?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
        const line = snippet.lines[at]?.line ?? snippet.lines.at(-1)?.line;
        return `${snippet.document}:${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
      },
    );
  });
}

function deadLinks(document: string): string[] {
  let fenced = false;
  return readFileSync(join(ROOT, document), "utf8")
    .split("\n")
    .flatMap((text, index) => {
      if (/^\s*```/.test(text)) fenced = !fenced;
      if (fenced) return [];
      return [...text.replace(/`[^`]*`/g, "").matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)/g)]
        .map(([, target]) => decodeURIComponent((target ?? "").replace(/#.*$/, "")))
        .filter((target) => target !== "" && !/^[a-z][a-z0-9+.-]*:/i.test(target))
        .filter((target) => !existsSync(join(ROOT, dirname(document), target)))
        .map((target) => `${document}:${index + 1}: the link '${target}' leads to no file`);
    });
}

main();
