import type { SecretRule } from "../detector";
import { AMAZON, GOOGLE, OTHER_CLOUDS } from "./amazon-google";
import { CODE_HOSTING, REGISTRIES } from "./code-hosting";
import { DATABASES } from "./databases";
import { DELIVERY, MONITORING } from "./delivery-monitoring";
import { GENERAL } from "./general";
import { MESSAGING, PRODUCTIVITY } from "./messaging";
import { MICROSOFT } from "./microsoft";
import { MODELS } from "./models";
import { PAYMENT } from "./payment-commerce";
import { PLATFORMS } from "./platforms";
import { PRIVATE_KEYS } from "./private-keys";

/** Every kind of secret; the particular ones before the general ones, which give way where both match. */
export const SECRET_RULES: readonly SecretRule[] = [
  ...AMAZON,
  ...GOOGLE,
  ...MICROSOFT,
  ...OTHER_CLOUDS,
  ...PLATFORMS,
  ...CODE_HOSTING,
  ...REGISTRIES,
  ...DELIVERY,
  ...MONITORING,
  ...PAYMENT,
  ...MESSAGING,
  ...PRODUCTIVITY,
  ...MODELS,
  ...DATABASES,
  ...PRIVATE_KEYS,
  ...GENERAL,
];
