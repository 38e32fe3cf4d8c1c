import fc from "fast-check";
import { Connector } from "../../../../lib/policy/connector";
import type { Controls } from "../../../../lib/policy/controls";
import { Operation } from "../../../../lib/policy/operation";
import { Redaction } from "../../../../lib/policy/redaction";
import { sample } from "../detect/samples";
import { type Harness, harness } from "./harness";

const TOKEN = sample("github-personal-token", 7);
const chat = (controls: Controls = {}): Connector =>
  Connector.http("feed", { host: "feed.example.com", reason: "events" }).permit(Operation.get("/events"), controls);
const delta = (text: string, index = 0): string =>
  `data: ${JSON.stringify({ id: "c1", choices: [{ index, delta: { content: text } }] })}\n\n`;
const streaming = (connector = chat()): Harness => harness({ connectors: [connector], around: { streams: true } });

async function ask(one: Harness, chunks: readonly string[]) {
  one.reply = () => ({ headers: [["content-type", "text/event-stream"]], body: piecesOf(chunks) });
  return one.ask({ target: "/events" });
}

async function* piecesOf(chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

/** The text that a client puts together from the deltas of one choice. */
const joined = (stream: string, index = 0): string =>
  stream
    .split("\n\n")
    .filter((event) => event.startsWith("data: {"))
    .flatMap((event) => JSON.parse(event.slice(6)).choices ?? [])
    .filter((choice: { index: number }) => choice.index === index)
    .map((choice: { delta: { content: string } }) => choice.delta.content)
    .join("");

describe("a stream of events", () => {
  test("leaves byte by byte as it came where nothing is found", async () => {
    const events = [delta("Hello"), ": keep-alive\n\n", delta(" world."), "data: [DONE]\n\n"];
    const { text } = await ask(streaming(), events);
    expect(text).toBe(events.join(""));
  });

  test("leaves while it comes", async () => {
    const one = streaming();
    let isLate = false;
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(delta("First sentence. "));
      yield Buffer.from(delta("And then more words follow here, so that nothing is held. "));
      isLate = true;
      yield Buffer.from(delta("Last."));
    }
    one.reply = () => ({ headers: [["content-type", "text/event-stream"]], body: slow() });
    const answer = await one.gateway.handle(
      { id: "r", connector: "feed", method: "GET", target: "/events", headers: [], body: new Uint8Array() },
      { kind: "platform", principal: { kind: "aws", arn: "arn:aws:iam::111122223333:role/triage" } },
    );
    const parts = (answer.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    const first = await parts.next();
    expect(Buffer.from(first.value ?? []).toString()).toContain("First sentence.");
    expect(isLate).toBe(false);
    await parts.return?.();
    expect(one.records).toHaveLength(1);
  });

  test("loses a secret that is cut into any pieces", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 }), async (sizes) => {
        const whole = `The key is ${TOKEN} and that is all.`;
        const pieces: string[] = [];
        for (let at = 0, turn = 0; at < whole.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          pieces.push(delta(whole.slice(at, at + size)));
          at += size;
        }
        const one = streaming();
        const { text } = await ask(one, pieces);
        expect(joined(text)).toBe("The key is [redacted:github-personal-token] and that is all.");
        expect(one.records.at(-1)).toMatchObject({ disposition_id: 11 });
      }),
      { numRuns: 40 },
    );
  });

  test("keeps the texts of several choices apart", async () => {
    const half = TOKEN.length / 2;
    const { text } = await ask(streaming(), [
      delta(`a ${TOKEN.slice(0, half)}`, 0),
      delta("b plain ", 1),
      delta(`${TOKEN.slice(half)} c`, 0),
      delta("text", 1),
    ]);
    expect(joined(text, 0)).toBe("a [redacted:github-personal-token] c");
    expect(joined(text, 1)).toBe("b plain text");
  });

  test("ends with an error in the stream's own form where the policy blocks what comes", async () => {
    const one = streaming(chat({ dlp: { response: { secrets: "block" } } }));
    const { text, status } = await ask(one, [
      delta("All fine until here, with some words. "),
      delta(`${TOKEN} `),
      delta("after"),
    ]);
    expect(status).toBe(200);
    expect(text).toContain("All fine");
    expect(text).not.toContain(TOKEN.slice(4, 20));
    expect(text).not.toContain("after");
    expect(text).toMatch(/event: error\ndata: .*"reason":"response_refused".*\n\n$/);
    expect(one.records.at(-1)).toMatchObject({ action_id: 2, status_code: "response_refused" });
  });

  test("that breaks off is recorded as failed and says so", async () => {
    const one = streaming();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(delta("Something that was said. "));
      throw new Error("reset");
    }
    one.reply = () => ({ headers: [["content-type", "text/event-stream"]], body: broken() });
    const { text } = await one.ask({ target: "/events" });
    expect(text).toMatch(/event: error/);
    expect(text).not.toContain("reset");
    expect(one.records).toHaveLength(1);
  });

  test("is read whole where fields are redacted", async () => {
    const one = streaming(chat({ redact: [Redaction.mask("$..content")] }));
    const { text, headers } = await ask(one, [delta("a"), delta("b")]);
    expect(joined(text)).toBe("******");
    expect(headers.some(([name]) => name === "content-length")).toBe(true);
  });
});
