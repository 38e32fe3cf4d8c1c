/** A detector of the owner's, besides the shipped ones. Controls name it by its id. */
export interface OwnDetector {
  /** Lower-case letters, digits, `.` and `-`, such as `acme.customer-number`; no shipped detector may have it. */
  readonly id: string;
  /** Whether the `secrets` or the `personal` action of a policy holds for it. */
  readonly kind: "secret" | "personal";
  readonly title: string;
  /**
   * RE2 syntax, so without back-references and look-around; up to 1,000 characters.
   * @see https://github.com/google/re2/wiki/Syntax
   */
  readonly pattern: string;
  /** A literal, in any case, that a text must hold before the pattern is tried. @default - it is always tried */
  readonly keyword?: string;
}

/** A request as a handler sees it: what the policy permits, before it is counted, approved and inspected. */
export interface HandledRequest {
  readonly agent: string;
  readonly connector: string;
  /** As the policy writes it, such as `GET /tickets/{id}`. */
  readonly operation: string;
  readonly method: string;
  /** Path and query at the connector's host. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** As the agent sent it, decompressed; a copy. */
  readonly body: Uint8Array;
}

/** Why a handler refuses. */
export interface HandlerRefusal {
  /** What the agent is told. It must hold no secret. */
  readonly refuse: string;
}

/**
 * What a file of the owner's adds to the connector gateway. The file exports it by these names; it is bundled with esbuild
 * at synth, and runs inside the gateway with the gateway's rights. It can only narrow: what it does not refuse goes on to
 * the rest of the policy.
 */
export interface GatewayExtension {
  readonly detectors?: readonly OwnDetector[];
  /**
   * Asked about each request that the policy's operations permit. Anything but a refusal or undefined, an error, and an
   * answer after five seconds refuse.
   */
  readonly onRequest?: (request: HandledRequest) => HandlerRefusal | undefined | Promise<HandlerRefusal | undefined>;
}
