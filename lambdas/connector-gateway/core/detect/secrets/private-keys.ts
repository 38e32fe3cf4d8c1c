import { base58Check, bech32 } from "../checks/checksums";
import { hasEntropy, isRandom } from "../checks/randomness";
import { isBase64Of } from "../checks/structure";
import type { SecretRule } from "../detector";
import { keyed, rule } from "./pattern";

const PEM = "https://www.rfc-editor.org/rfc/rfc7468";
const OPENSSH = "https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.key";
const PGP = "https://www.rfc-editor.org/rfc/rfc9580#section-6.2";

/** The first line of a key and enough of its body to tell it from a mention; escapes of JSON and shell between lines. */
function pem(id: string, title: string, source: string, label: string): SecretRule {
  const body =
    "(?:\\\\r\\\\n|\\\\n|[\\s]){1,4}(?:[A-Za-z-]{4,12}: [^\\\\\\n\\r]{1,60}(?:\\\\r\\\\n|\\\\n|[\\s]){1,4}){0,2}";
  return rule(id, title, source, `-----BEGIN ${label}-----${body}([A-Za-z0-9+/=]{40,76})`, {
    keywords: [`-----BEGIN ${label}-----`],
    left: "none",
    right: "none",
    tail: "lines",
    check: hasEntropy(3.2),
  });
}

/** Keys that prove an identity by themselves. */
export const PRIVATE_KEYS: readonly SecretRule[] = [
  pem("private-key", "Private key (PKCS #8)", `${PEM}#section-10`, "PRIVATE KEY"),
  pem("encrypted-private-key", "Encrypted private key (PKCS #8)", `${PEM}#section-11`, "ENCRYPTED PRIVATE KEY"),
  pem(
    "rsa-private-key",
    "RSA private key (PKCS #1)",
    "https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2",
    "RSA PRIVATE KEY",
  ),
  pem("ec-private-key", "Elliptic curve private key", "https://www.rfc-editor.org/rfc/rfc5915", "EC PRIVATE KEY"),
  pem("dsa-private-key", "DSA private key", "https://docs.openssl.org/master/man1/openssl-dsa/", "DSA PRIVATE KEY"),
  pem("openssh-private-key", "OpenSSH private key", OPENSSH, "OPENSSH PRIVATE KEY"),
  pem("pgp-private-key", "OpenPGP private key", PGP, "PGP PRIVATE KEY BLOCK"),
  rule(
    "putty-private-key",
    "PuTTY private key",
    "https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html",
    "Private-Lines: [0-9]{1,3}(?:\\\\r\\\\n|\\\\n|[\\s]){1,3}([A-Za-z0-9+/=]{40,64})",
    { keywords: ["Private-Lines: "], right: "none", tail: "lines" },
  ),
  rule(
    "age-secret-key",
    "age identity",
    "https://github.com/C2SP/C2SP/blob/main/age.md",
    "AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}",
    {
      keywords: ["AGE-SECRET-KEY-1"],
      check: bech32,
    },
  ),
  rule(
    "nostr-secret-key",
    "Nostr secret key",
    "https://github.com/nostr-protocol/nips/blob/master/19.md",
    "nsec1[02-9ac-hj-np-z]{58}",
    {
      keywords: ["nsec1"],
      check: bech32,
    },
  ),
  rule(
    "bip32-private-key",
    "Extended private key of a wallet",
    "https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki",
    "[xt]prv[1-9A-HJ-NP-Za-km-z]{107,108}",
    {
      keywords: ["xprv", "tprv"],
      check: base58Check,
      examples: [
        "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
      ],
    },
  ),
  keyed(
    "wireguard-private-key",
    "WireGuard private key",
    "https://www.wireguard.com/quickstart/",
    ["privatekey", "private_key", "presharedkey"],
    "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=",
    {
      check: isBase64Of(32),
      right: "none",
    },
  ),
  rule(
    "jwk-private-key",
    "Private member of a JSON Web Key",
    "https://www.rfc-editor.org/rfc/rfc7517",
    '"d"[ ]{0,2}:[ ]{0,2}"([A-Za-z0-9_-]{42,120})',
    {
      keywords: ['"d":', '"d" :'],
      left: "none",
      right: "none",
      tail: "token",
      check: hasEntropy(4),
    },
  ),
  rule(
    "kubernetes-client-key",
    "Client key of a kubeconfig",
    "https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/",
    'client-key-data"?:[ ]{0,2}"?(LS0tLS1CRUdJTi[A-Za-z0-9+/=]{60,180})',
    {
      keywords: ["client-key-data"],
      right: "none",
      tail: "base64",
      check: isRandom,
    },
  ),
  rule(
    "ethereum-private-key",
    "Ethereum private key",
    "https://ethereum.org/en/developers/docs/accounts/",
    "[Pp][Rr][Ii][Vv][Aa][Tt][Ee]_?[Kk][Ee][Yy][\"']?[ ]{0,3}[:=][ ]{0,3}[\"']?(0x[0-9a-fA-F]{64})",
    {
      keywords: ["private_key", "privatekey"],
      anyCaseKeyword: true,
      left: "none",
      check: (secret) => isRandom(secret.slice(2)),
    },
  ),
];
