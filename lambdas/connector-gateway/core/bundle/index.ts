export { readBundle, type TrustedBundle } from "./read-bundle";
