/**
 * Whether a URI is read in one way: no dot segments, no escapes of separators or of escapes, no backslashes, blanks and control
 * characters. Only such a one is what its beginning says.
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-6
 */
export function isPlainUri(uri: string): boolean {
  if (/[\\\p{Cc}\p{Cf}\p{Z}]/u.test(uri) || /%(2f|5c|25|2e|[01][0-9a-f]|7f)/i.test(uri)) return false;
  if (/%(?![0-9a-f]{2})/i.test(uri)) return false;
  return uri.split(/[/?#:]/).every((segment) => segment !== "." && segment !== "..");
}
