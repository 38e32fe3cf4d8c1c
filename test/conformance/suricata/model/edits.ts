import fc from "fast-check";

type Edit = (line: string) => string;

const replaced =
  (what: RegExp | string, by: string): Edit =>
  (line) =>
    line.replace(what, by);

/** What goes wrong in rules: words left out, added and exchanged. */
const EDITS: readonly Edit[] = [
  () => "",
  replaced("startswith; ", ""),
  replaced("endswith; ", ""),
  replaced("nocase; ", ""),
  replaced('content:".', 'dotprefix; content:".'),
  replaced(/tls\.sni; content:[^;]*; (startswith; )?endswith; nocase; /, ""),
  replaced("$EXTERNAL_NET", "any"),
  replaced(/\$AGENT_\w+/, "any"),
  replaced(/ (443|80|5432) \(/, " any ("),
  replaced("->", "<>"),
  replaced(/ any -> any any/, " any <> 93.184.216.0/24 any"),
  replaced(/^drop/, "alert"),
  replaced(/^pass/, "drop"),
  replaced(/^drop/, "pass"),
  replaced(/(tcp|udp) /, "ip "),
  replaced("flow:to_server; ", ""),
  replaced(/flow:established,to_server(,only_stream)?; /, ""),
  replaced(",to_server", ""),
  replaced(",only_stream", ""),
  replaced("stream_size:client,<,2000; ", ""),
  replaced("depth:1", "depth:9"),
];

/** Up to five edits of a list, each of one line. */
export function editsOf(lines: readonly string[]): fc.Arbitrary<string[]> {
  const place = fc.nat({ max: lines.length - 1 });
  return fc.array(fc.tuple(place, fc.constantFrom(...EDITS)), { minLength: 1, maxLength: 5 }).map((edits) => {
    const edited = [...lines];
    for (const [at, edit] of edits) edited[at] = edit(edited[at] ?? "");
    return edited.filter((line) => line !== "");
  });
}
