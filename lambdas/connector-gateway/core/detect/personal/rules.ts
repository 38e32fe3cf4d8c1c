import isIBAN from "validator/lib/isIBAN";
import { luhn } from "../checks/checksums";
import type { Detector } from "../detector";
import * as checks from "./checks";

/** A number or code of a person, known by its form and its standard's check. */
export interface PersonalRule extends Detector {
  readonly kind: "personal";
  /** What it begins with. */
  readonly begins: "digit" | "letter" | "any" | "sign";
  /** Fewest digits in the run that it can be part of. */
  readonly digits: number;
  /** Matched at one place. */
  readonly pattern: RegExp;
  /** Of the value without its separators. */
  readonly check: (value: string) => boolean;
  /** Words of which one has to stand before the value. */
  readonly words?: RegExp;
  /** A way of writing it that needs no word. */
  readonly plainly?: RegExp;
  /** Numbers that standards and vendors print as examples. */
  readonly examples?: readonly string[];
}

const near = (words: string): RegExp => new RegExp(`(?:^|[^a-z])(?:${words})(?:[^a-z]|$)`, "i");

function rule(
  id: string,
  title: string,
  source: string,
  begins: PersonalRule["begins"],
  digits: number,
  pattern: RegExp,
  check: (value: string) => boolean,
  rest: { words?: string; plainly?: RegExp; examples?: readonly string[] } = {},
): PersonalRule {
  const { words, plainly, examples } = rest;
  return {
    id,
    kind: "personal",
    title,
    source,
    begins,
    digits,
    pattern,
    check,
    ...(words === undefined ? {} : { words: near(words), isNoisy: true }),
    ...(plainly === undefined ? {} : { plainly }),
    ...(examples === undefined ? {} : { examples }),
  };
}

/** Card numbers that vendors give out for tests. @see https://docs.stripe.com/testing */
const TEST_CARDS = [
  "4242424242424242",
  "4000056655665556",
  "4111111111111111",
  "4012888888881881",
  "5555555555554444",
  "2223003122003222",
  "5200828282828210",
  "5105105105105100",
  "378282246310005",
  "371449635398431",
  "6011111111111117",
  "6011000990139424",
  "3056930009020004",
  "30569309025904",
  "36227206271667",
  "3566002020360505",
  "6200000000000005",
];

/** Numbers and codes of persons. */
export const PERSONAL_RULES: readonly PersonalRule[] = [
  rule(
    "payment-card",
    "Payment card number",
    "https://www.iso.org/standard/70484.html",
    "digit",
    14,
    /(?:\d{14,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5})/y,
    (value) => checks.isCardRange(value) && luhn(value) && new Set(value).size > 2,
    { examples: TEST_CARDS },
  ),
  rule(
    "iban",
    "International bank account number",
    "https://www.iso.org/standard/81090.html",
    "letter",
    2,
    /[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,4})?/y,
    (value) => isIBAN(value),
    {
      examples: [
        "GB29NWBK60161331926819",
        "DE89370400440532013000",
        "GB82WEST12345698765432",
        "FR1420041010050500013M02606",
      ],
    },
  ),
  rule(
    "us-social-security-number",
    "US Social Security number",
    "https://www.ssa.gov/employer/randomization.html",
    "digit",
    9,
    /\d{3}([ -]?)\d{2}\1\d{4}/y,
    checks.isSsn,
    { words: "ssn|social.?security(?:.?(?:number|no))?", plainly: /-/ },
  ),
  rule(
    "us-itin",
    "US individual taxpayer number",
    "https://www.irs.gov/individuals/international-taxpayers/general-itin-information",
    "digit",
    9,
    /9\d{2}([ -]?)\d{2}\1\d{4}/y,
    checks.isItin,
    { words: "itin|taxpayer", plainly: /-/ },
  ),
  rule(
    "phone-number",
    "Telephone number",
    "https://www.itu.int/rec/T-REC-E.164",
    "sign",
    7,
    /\+[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,4}|\([2-9]\d{2}\) ?[2-9]\d{2}[.-]\d{4}|[2-9]\d{2}[ .-][2-9]\d{2}[.-]\d{4}/y,
    (value) => {
      const digits = value.replace(/\D/g, "");
      // 555-0100 to 555-0199 are set aside for fiction.
      if (/55501\d\d$/.test(digits) || new Set(digits).size < 3) return false;
      return value.startsWith("+") ? digits.length >= 8 && digits.length <= 15 : digits.length === 10;
    },
  ),
  rule(
    "uk-nhs-number",
    "NHS number",
    "https://www.datadictionary.nhs.uk/attributes/nhs_number.html",
    "digit",
    10,
    /\d{3}([ -]?)\d{3}\1\d{4}/y,
    checks.isNhsNumber,
    { words: "nhs(?:.?(?:number|no|id))?", examples: ["9434765919", "9434765870"] },
  ),
  rule(
    "de-tax-id",
    "German tax identification number",
    "https://www.bzst.de/DE/Privatpersonen/SteuerlicheIdentifikationsnummer/steuerlicheidentifikationsnummer_node.html",
    "digit",
    11,
    /\d{2} ?\d{3} ?\d{3} ?\d{3}/y,
    checks.isGermanTaxId,
    { words: "steuer.?(?:id|identifikationsnummer|nummer)|idnr|tax.?id|tin" },
  ),
  rule(
    "fr-nir",
    "French social security number",
    "https://www.insee.fr/fr/metadonnees/definition/c1409",
    "digit",
    13,
    /[12][ ]?\d{2}[ ]?(?:0[1-9]|1[0-2]|[2-9]\d)[ ]?(?:\d{2}|2[ABab])[ ]?\d{3}[ ]?\d{3}[ ]?\d{2}/y,
    checks.isFrenchNir,
  ),
  rule(
    "es-dni",
    "Spanish DNI or NIE",
    "https://www.interior.gob.es/opencms/es/servicios-al-ciudadano/tramites-y-gestiones/dni/calculo-del-digito-de-control-del-nif-nie/",
    "any",
    7,
    /(?:[XYZxyz]-?\d{7}|\d{8})-?[A-Za-z]/y,
    checks.isSpanishId,
    { examples: ["12345678Z", "00000000T"] },
  ),
  rule(
    "nl-bsn",
    "Dutch citizen service number",
    "https://www.government.nl/topics/personal-data/citizen-service-number-bsn",
    "digit",
    9,
    /\d{4}\.?\d{2}\.?\d{3}/y,
    checks.isBsn,
    { words: "bsn|burgerservicenummer|sofi(?:.?nummer)?" },
  ),
  rule(
    "it-codice-fiscale",
    "Italian tax code",
    "https://www.agenziaentrate.gov.it/portale/web/guest/schede/istanze/richiesta-ts_cf/informazioni-codificazione-pf",
    "letter",
    5,
    /[A-Za-z]{6}\d{2}[A-EHLMPRSTa-ehlmprst]\d{2}[A-Za-z]\d{3}[A-Za-z]/y,
    checks.isCodiceFiscale,
  ),
  rule(
    "pl-pesel",
    "Polish PESEL number",
    "https://www.gov.pl/web/gov/czym-jest-numer-pesel",
    "digit",
    11,
    /\d{11}/y,
    checks.isPesel,
    { words: "pesel" },
  ),
  rule(
    "br-cpf",
    "Brazilian CPF",
    "https://www.gov.br/receitafederal/pt-br/assuntos/meu-cpf",
    "digit",
    11,
    /\d{3}(\.?)\d{3}\1\d{3}-?\d{2}/y,
    checks.isCpf,
    { words: "cpf", plainly: /\..*-/, examples: ["12345678909"] },
  ),
  rule(
    "in-aadhaar",
    "Indian Aadhaar number",
    "https://uidai.gov.in/en/my-aadhaar/about-your-aadhaar.html",
    "digit",
    12,
    /[2-9]\d{3}([ -]?)\d{4}\1\d{4}/y,
    checks.verhoeff,
    { words: "aadhaa?r|uidai", plainly: / / },
  ),
  rule(
    "ca-sin",
    "Canadian social insurance number",
    "https://www.canada.ca/en/employment-social-development/services/sin.html",
    "digit",
    9,
    /[1-79]\d{2}([ -]?)\d{3}\1\d{3}/y,
    luhn,
    { words: "sin|social.?insurance(?:.?(?:number|no))?|nas" },
  ),
  rule(
    "au-tfn",
    "Australian tax file number",
    "https://www.ato.gov.au/individuals-and-families/tax-file-number",
    "digit",
    9,
    /\d{3}([ -]?)\d{3}\1\d{3}/y,
    checks.isTfn,
    { words: "tfn|tax.?file(?:.?(?:number|no))?" },
  ),
  rule(
    "be-national-number",
    "Belgian national register number",
    "https://www.ibz.rrn.fgov.be/en/national-register/",
    "digit",
    11,
    /\d{2}\.?\d{2}\.?\d{2}-?\d{3}\.?\d{2}/y,
    checks.isBelgianNumber,
    { words: "rijksregister(?:nummer)?|registre.?national|nrn|niss|insz", plainly: /\..*-.*\./ },
  ),
  rule(
    "ch-ahv-number",
    "Swiss AHV number",
    "https://www.zas.admin.ch/en/ahv-number",
    "digit",
    13,
    /756\.?\d{4}\.?\d{4}\.?\d{2}/y,
    checks.isAhv,
    { examples: ["7569217076985"] },
  ),
  rule(
    "se-personal-number",
    "Swedish personal identity number",
    "https://www.skatteverket.se/privat/folkbokforing/personnummer.4.3810a01c150939e893f18c29.html",
    "digit",
    10,
    /(?:19|20)?\d{6}[-+]?\d{4}/y,
    (value) => luhn(value.slice(-10)) && checks.hasShortDate(value.slice(-10)),
    { words: "person.?nummer|personal.?(?:identity.?)?number|pnr", plainly: /[-+]/ },
  ),
  rule(
    "no-national-number",
    "Norwegian national identity number",
    "https://www.skatteetaten.no/en/person/national-registry/identitetsnummer/fodselsnummer/",
    "digit",
    11,
    /\d{6} ?\d{5}/y,
    checks.isNorwegianNumber,
    { words: "f.?dselsnummer|fnr|personnummer|national.?id(?:entity)?(?:.?number)?" },
  ),
  rule(
    "fi-personal-code",
    "Finnish personal identity code",
    "https://dvv.fi/en/personal-identity-code",
    "digit",
    6,
    /\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]/y,
    checks.isFinnishCode,
    { examples: ["131052-308T"] },
  ),
  rule(
    "cn-resident-id",
    "Chinese resident identity number",
    "https://openstd.samr.gov.cn/bzgk/gb/newGbInfo?hcno=080D6FBF2BB468F9007657F26D60013E",
    "digit",
    17,
    /[1-8]\d{5}(?:19|20)\d{9}[\dXx]/y,
    checks.isChineseId,
  ),
  rule(
    "kr-resident-number",
    "Korean resident registration number",
    "https://www.law.go.kr/LSW/eng/engMain.do",
    "digit",
    13,
    /\d{6}-[1-8]\d{6}/y,
    checks.isKoreanNumber,
  ),
  rule(
    "jp-my-number",
    "Japanese individual number",
    "https://www.digital.go.jp/en/policies/mynumber",
    "digit",
    12,
    /\d{4}([ -]?)\d{4}\1\d{4}/y,
    checks.isMyNumber,
    { words: "my.?number|individual.?number|kojin.?bango" },
  ),
  rule(
    "za-id-number",
    "South African identity number",
    "https://www.dha.gov.za/index.php/identity-documents2",
    "digit",
    13,
    /\d{10}[01]\d{2}/y,
    (value) => luhn(value) && checks.hasShortDate(value),
    { words: "id.?(?:number|no)|south.?african?(?:.?id)?|rsa.?id" },
  ),
  rule(
    "sg-nric",
    "Singapore NRIC or FIN",
    "https://www.ica.gov.sg/documents/ic",
    "letter",
    7,
    /[STFGstfg]\d{7}[A-Za-z]/y,
    checks.isNric,
  ),
  rule(
    "mx-curp",
    "Mexican CURP",
    "https://www.gob.mx/curp",
    "letter",
    7,
    /[A-Za-z][AEIOUXaeioux][A-Za-z]{2}\d{6}[HMXhmx][A-Za-z]{5}[A-Za-z0-9]\d/y,
    checks.isCurp,
  ),
  rule(
    "passport-machine-line",
    "Machine-readable line of a passport",
    "https://www.icao.int/publications/doc-series/doc-9303",
    "any",
    16,
    /[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}[A-Z0-9<]{14}[\d<]\d/y,
    checks.isPassportLine,
    { examples: ["L898902C36UTO7408122F1204159ZE184226B<<<<<10"] },
  ),
];
