import type { Reading } from "../model/doubt";
import { EffectivePermissions, type IdentityDocuments, type Permission } from "./effective";
import { HAZARDS, type Hazard } from "./hazard-table";

/** A hazard that an identity is able of. */
export interface HazardFinding {
  readonly hazard: Hazard;
  /** Every action of the hazard that is allowed. */
  readonly actions: string[];
  /** How the first of them is. */
  readonly permission: Permission;
}

/** What is asked for, and what is taken as declared. */
export interface HazardOptions {
  /** @default every hazard of the table */
  readonly hazards?: readonly Hazard[];
  /** What the identity may do by declaration, such as taking one role. */
  readonly declared?: readonly { readonly actions: string[]; readonly resources: string[] }[];
}

/**
 * What an identity can do and an agent must not, in the order of the table. The open reading misses nothing; what the
 * closed one finds is so whatever the unknowns are.
 */
export function hazardsOf(identity: IdentityDocuments, reading: Reading, options: HazardOptions = {}): HazardFinding[] {
  const permissions = new EffectivePermissions(identity, reading, options.declared);
  return (options.hazards ?? HAZARDS).flatMap((hazard) => {
    const allowed = hazard.actions.flatMap((action) => {
      const question = { beyondNamed: hazard.on === "unnamed", examples: [hazard.example] };
      const permission = permissions.can(action, question);
      return permission === undefined ? [] : [{ action, permission }];
    });
    const [first] = allowed;
    return first === undefined
      ? []
      : [{ hazard, actions: allowed.map(({ action }) => action), permission: first.permission }];
  });
}
