import { type ClientHelloOptions, clientData, filler, helloRecords, serverHello } from "../wire/client-hello";
import type { Conversation } from "../wire/conversation";

/** A whole TLS session whose first client bytes are `hello`: handshake, 3,000 bytes up, 5,000 bytes down, close. */
export function tlsSession(hello: Buffer): (conversation: Conversation) => Conversation {
  return (conversation) => afterHello(conversation.open().send(hello)).close();
}

/** `tlsSession` with a hello of these options in one record. */
export function tlsTo(name: string | undefined, options: ClientHelloOptions = {}) {
  return tlsSession(helloRecords(name === undefined ? options : { names: [name], ...options }));
}

/** What follows a ClientHello in a session that the server accepts. */
export function afterHello(conversation: Conversation): Conversation {
  return conversation.reply(serverHello()).send(clientData(3_000)).reply(filler(5_000, 43));
}

/** A GET request with these header lines. */
export function get(path: string, ...headers: string[]): string {
  return `${[`GET ${path} HTTP/1.1`, ...headers].join("\r\n")}\r\n\r\n`;
}

export const OK_REPLY = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n${"r".repeat(1_000)}`;

/** Requests one after the other on one connection, each answered. */
export function httpSession(...requests: string[]): (conversation: Conversation) => Conversation {
  return (conversation) => {
    conversation.open();
    for (const request of requests) conversation.send(request).reply(OK_REPLY);
    return conversation.close();
  };
}

/** Opaque client bytes that start with `first`, `size` in all, then an answer. */
export function rawSession(first: Buffer | string, size = 20_000): (conversation: Conversation) => Conversation {
  const start = typeof first === "string" ? Buffer.from(first, "latin1") : first;
  const rest = filler(Math.max(0, size - start.length), 47);
  return (conversation) =>
    conversation
      .open()
      .send(Buffer.concat([start, rest]))
      .reply(filler(2_000, 53))
      .close();
}
