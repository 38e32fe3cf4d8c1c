import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { type Place, ResourcePlaces } from "./resource-places";

/** Where a resource is written. */
export interface SourcePlace extends Partial<Place> {
  /** Relative to the working directory where it is below it, else absolute. */
  readonly uri: string;
}

/** Finds resources in the files of stacks. Each file is read when it is first needed. */
export class SourceFiles {
  private readonly stacks = new Map<string, { uri: string; places: ResourcePlaces }[]>();

  /**
   * @param source what a stack was read from: a file, or a directory of `*.tf.json`
   * @returns the resource; the first file, where no file has it; undefined for a stack that is in no file
   */
  public placeOf(source: string, address: string): SourcePlace | undefined {
    const files = this.filesOf(source);
    for (const { uri, places } of files) {
      const place = places.of(address);
      if (place !== undefined) return { uri, ...place };
    }
    return files[0] === undefined ? undefined : { uri: files[0].uri };
  }

  private filesOf(source: string): { uri: string; places: ResourcePlaces }[] {
    const known = this.stacks.get(source);
    if (known !== undefined) return known;
    const files = pathsOf(source).map((path) => ({
      uri: uriOf(path),
      places: new ResourcePlaces(readFileSync(path, "utf8")),
    }));
    this.stacks.set(source, files);
    return files;
  }
}

function pathsOf(source: string): string[] {
  const status = statSync(source, { throwIfNoEntry: false });
  if (status === undefined) return [];
  if (status.isFile()) return [source];
  return readdirSync(source)
    .filter((name) => name.endsWith(".tf.json"))
    .sort()
    .map((name) => join(source, name))
    .filter((path) => statSync(path).isFile());
}

function uriOf(path: string): string {
  const near = relative(process.cwd(), path);
  const isBelow = near !== "" && near !== ".." && !near.startsWith(`..${sep}`);
  return isBelow ? near.split(sep).map(encodeURIComponent).join("/") : pathToFileURL(path).href;
}
