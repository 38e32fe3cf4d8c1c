import { CordonError, quoted } from "../errors/cordon-error";
import { plainText } from "../names/plain-text";
import type { TenancyJson } from "./connector-json";

/** Ties every request of a connector to one account, where many share its host. */
export class Tenancy {
  private constructor(private readonly json: TenancyJson) {
    Object.freeze(this);
    Object.freeze(json);
  }

  /** A header has this value. It has to be there, once. */
  public static header(header: string, equals: string): Tenancy {
    return Tenancy.parse({ header, equals }, `Tenancy.header(${quoted(header)})`);
  }

  /** A parameter of the operation's path has this value. Every operation of the connector has to have the parameter. */
  public static parameter(parameter: string, equals: string): Tenancy {
    return Tenancy.parse({ parameter, equals }, `Tenancy.parameter(${quoted(parameter)})`);
  }

  /** A field of the JSON or form body, by JSON Pointer, has this value. */
  public static body(body: string, equals: string): Tenancy {
    return Tenancy.parse({ body, equals }, `Tenancy.body(${quoted(body)})`);
  }

  /** @throws CORDON-036 where not exactly one place is named */
  public static parse({ header, parameter, body, equals }: TenancyJson, at: string): Tenancy {
    const places = [header, parameter, body].filter((place) => place !== undefined);
    if (places.length !== 1) {
      throw new CordonError(
        "CORDON-036",
        at,
        `it names ${places.length} places`,
        "name one of header, parameter and body",
      );
    }
    plainText(equals, at, "the value");
    const field = header?.toLowerCase();
    if (field !== undefined && !/^[a-z0-9-]{1,64}$/.test(field)) throw refused(header, "a header", at);
    if (parameter !== undefined && !/^[a-z][A-Za-z0-9_]*$/.test(parameter)) throw refused(parameter, "a parameter", at);
    if (body !== undefined && !/^(\/([^~/]|~[01])+)+$/.test(body)) throw refused(body, "a JSON Pointer", at);
    return new Tenancy({
      ...(field === undefined ? {} : { header: field }),
      ...(parameter === undefined ? {} : { parameter }),
      ...(body === undefined ? {} : { body }),
      equals,
    });
  }

  public toJSON(): TenancyJson {
    return this.json;
  }
}

const refused = (value: unknown, what: string, at: string): CordonError =>
  new CordonError("CORDON-036", at, `${quoted(value)} is not ${what}`, "see Tenancy");
