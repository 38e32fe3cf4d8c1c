// Loaded before a bundle: names resolve to a public address, and packets to it arrive at the test's host.
const dns = require("node:dns/promises");
const net = require("node:net");

const PUBLIC = "93.184.215.14";
dns.lookup = async () => [{ address: process.env.TEST_RESOLVES_TO ?? PUBLIC, family: 4 }];

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function redirected(...args) {
  const [first] = args;
  const options = Array.isArray(first) ? first[0] : first;
  if (options?.host === PUBLIC) {
    options.host = "127.0.0.1";
    options.port = Number(process.env.TEST_UPSTREAM_PORT);
  }
  return connect.apply(this, args);
};

// An issuer of tokens has to be asked over TLS; the test's one is on this machine.
const ISSUER = "https://issuer.desk-mail.net";
const { fetch } = globalThis;
globalThis.fetch = (input, init) =>
  typeof input === "string" && input.startsWith(`${ISSUER}/`)
    ? fetch(input.replace(ISSUER, process.env.TEST_ISSUER), init)
    : fetch(input, init);
