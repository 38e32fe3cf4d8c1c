import { connect, type Socket } from "node:net";
import {
  asked,
  clientWith,
  closeHosts,
  hostWith,
  NAME,
  openHosts,
  proxyWith,
  raw,
  reasonOf,
  textOf,
  trusted,
} from "./hosts";

beforeAll(openHosts);
afterAll(closeHosts);

const through = (url: string) => clientWith({ ca: trusted(), proxy: url });
const onwardTo = (port: number) => (socket: Socket) => {
  socket.write("HTTP/1.1 200 OK\r\n\r\n");
  const onward = connect(port, "127.0.0.1");
  onward.on("error", () => socket.destroy());
  socket.on("close", () => onward.destroy());
  socket.pipe(onward).pipe(socket);
};
const answering = (text: string) => proxyWith((socket) => void socket.write(text));

describe("a proxy that alone leads out", () => {
  test("is asked for the host by name, and TLS is the host's own", async () => {
    const { port } = await hostWith(raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"));
    const way = await proxyWith(onwardTo(port));
    expect(await textOf(through(way.url))).toBe("ok");
    expect(way.asked).toEqual([`${NAME}:443`]);
  });

  test("does not stand in for the host: a certificate for another name is not taken", async () => {
    const { port, requests } = await hostWith(raw("HTTP/1.1 204 No Content\r\n\r\n"));
    const way = await proxyWith(onwardTo(port));
    expect(await reasonOf(through(way.url), asked({ host: "other.desk-mail.net" }))).toBe("upstream_failed");
    expect(await reasonOf(clientWith({ proxy: way.url }))).toBe("upstream_failed");
    expect(requests).toEqual([]);
  });

  test("is not asked for an address", async () => {
    const way = await answering("HTTP/1.1 200 OK\r\n\r\n");
    expect(await reasonOf(through(way.url), asked({ host: "169.254.169.254" }))).toBe("destination_refused");
    expect(way.asked).toEqual([]);
  });

  test.each([
    ["refuses", "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", "destination_refused"],
    ["wants a login", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "destination_refused"],
    ["can't reach the host", "HTTP/1.1 503 Service Unavailable\r\n\r\n", "upstream_failed"],
    ["speaks in the host's place", "HTTP/1.1 200 OK\r\n\r\nhello", "upstream_failed"],
    ["is none", "hello\r\n\r\n", "upstream_failed"],
  ])("that %s ends the request", async (_what, text, reason) => {
    expect(await reasonOf(through((await answering(text)).url))).toBe(reason);
  });

  test("that can't be reached ends the request", async () => {
    expect(await reasonOf(through("http://127.0.0.1:9"))).toBe("upstream_failed");
  });

  test.each<[string, string]>([
    ["says nothing", ""],
    ["leads to a host that says nothing", "HTTP/1.1 200 OK\r\n\r\n"],
  ])("that %s is given up when the time is over", async (_what, text) => {
    const way = await answering(text);
    expect(await reasonOf(through(way.url), asked(), AbortSignal.timeout(80))).toBe("upstream_timeout");
  });

  test("that leads to a host that says nothing is given up when the time for connecting is over", async () => {
    const way = await answering("HTTP/1.1 200 OK\r\n\r\n");
    expect(await reasonOf(through(way.url))).toBe("upstream_failed");
  }, 15_000);
});
