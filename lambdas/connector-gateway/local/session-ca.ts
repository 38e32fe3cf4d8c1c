import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 86_400_000;

/** A certificate authority that lives as long as its process: its key is in memory alone and signs nothing but leaves. */
export class SessionCa {
  private readonly contexts = new Map<string, Promise<SecureContext>>();

  private constructor(
    private readonly root: x509.X509Certificate,
    private readonly keys: webcrypto.CryptoKeyPair,
    private readonly leafKeys: webcrypto.CryptoKeyPair,
    private readonly now: () => number,
  ) {}

  /** Makes a root that is valid for a day and can sign leaves alone. */
  public static async create(now: () => number): Promise<SessionCa> {
    x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
    const generate = (): Promise<webcrypto.CryptoKeyPair> =>
      webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
    const [keys, leafKeys] = await Promise.all([generate(), generate()]);
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: "CN=Cordon session CA",
      notBefore: new Date(now() - DAY / 24),
      notAfter: new Date(now() + DAY),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new SessionCa(root, keys, leafKeys, now);
  }

  /** The root, for `NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE` and their like. */
  public get pem(): string {
    return this.root.toString("pem");
  }

  /** The certificate that is shown for a host. Made on first use. */
  public contextFor(host: string): Promise<SecureContext> {
    const known = this.contexts.get(host);
    if (known !== undefined) return known;
    const made = this.createContext(host);
    this.contexts.set(host, made);
    return made;
  }

  private async createContext(host: string): Promise<SecureContext> {
    const leaf = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: `CN=${host}`,
      issuer: this.root.subject,
      notBefore: this.root.notBefore,
      notAfter: new Date(this.now() + DAY / 2),
      signingAlgorithm: ALGORITHM,
      publicKey: this.leafKeys.publicKey,
      signingKey: this.keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: "dns", value: host }]),
        await x509.AuthorityKeyIdentifierExtension.create(this.keys.publicKey),
      ],
    });
    const key = await webcrypto.subtle.exportKey("pkcs8", this.leafKeys.privateKey);
    return createSecureContext({
      cert: `${leaf.toString("pem")}\n${this.pem}`,
      key: x509.PemConverter.encode(key, "PRIVATE KEY"),
      minVersion: "TLSv1.2",
    });
  }
}

// Positive and of 128 bits, as RFC 5280 asks.
function serial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  return Buffer.from(bytes.map((byte, index) => (index === 0 ? byte & 0x7f : byte))).toString("hex");
}
