import { DETECTORS, newBudget, scan } from "../../../../lambdas/connector-gateway/core/detect";

const found = (text: string, id?: string): string[] =>
  scan(text, {
    budget: newBudget(),
    isOn: (detector) => (id === undefined ? detector.kind === "personal" : detector.id === id),
  }).findings.map(({ detector, start, end }) => `${detector}: ${text.slice(start, end)}`);

/** Values that the standards' own checks accept, worked out by hand or printed by the bodies that issue them, with a near miss. */
const ROWS: readonly (readonly [id: string, value: string, miss: string, word?: string])[] = [
  ["email-address", "ada.lovelace+x@analytical-engines.co.uk", "ada.lovelace at analytical-engines.co.uk"],
  ["payment-card", "4539 5787 6362 1486", "4539 5787 6362 1487"],
  ["payment-card", "5425233430109903", "5425233430109904"],
  ["payment-card", "3742 454554 00126", "3742 454554 00127"],
  ["iban", "DE75 5121 0800 1245 1261 99", "DE75 5121 0800 1245 1261 98"],
  ["iban", "NL02ABNA0123456789", "NL03ABNA0123456789"],
  ["us-social-security-number", "536-22-1894", "666-22-1894"],
  ["us-social-security-number", "536221894", "000221894", "SSN"],
  ["us-itin", "912-71-1234", "912-66-1234"],
  ["phone-number", "+49 30 901820", "+49 30"],
  ["phone-number", "(415) 867-5309", "(415) 555-0123"],
  ["uk-nhs-number", "450 557 7104", "450 557 7105", "NHS number"],
  ["de-tax-id", "86095742719", "86095742718", "Steuer-ID"],
  ["fr-nir", "2 55 08 14 168 025 38", "2 55 08 14 168 025 39"],
  ["es-dni", "00000023T", "00000024T"],
  ["es-dni", "X1234567L", "X1234567M"],
  ["nl-bsn", "111222333", "111222334", "BSN"],
  ["it-codice-fiscale", "RSSMRA85T10A562S", "RSSMRA85T10A562T"],
  ["pl-pesel", "44051401359", "44051401358", "PESEL"],
  ["br-cpf", "529.982.247-25", "529.982.247-26"],
  ["br-cpf", "52998224725", "52998224726", "CPF"],
  ["in-aadhaar", "2341 2341 2346", "2341 2341 2347"],
  ["ca-sin", "130 692 544", "130 692 545", "SIN"],
  ["au-tfn", "876 543 210", "876 543 211", "TFN"],
  ["be-national-number", "85.07.30-033.28", "85.07.30-033.29"],
  ["ch-ahv-number", "756.1234.5678.97", "756.1234.5678.98"],
  ["se-personal-number", "811228-9874", "811228-9875"],
  ["no-national-number", "13097248022", "13097248023", "fødselsnummer"],
  ["fi-personal-code", "131052-309U", "131052-309V"],
  ["cn-resident-id", "11010519491231002X", "110105194912310021"],
  ["kr-resident-number", "900101-1234568", "900101-1234567"],
  ["jp-my-number", "123456789018", "123456789019", "My Number"],
  ["za-id-number", "8001015009087", "8001015009088", "ID number"],
  ["sg-nric", "S1234567D", "S1234567E"],
  ["mx-curp", "HEGG560427MVZRRL04", "HEGG560427MVZRRL05"],
  [
    "passport-machine-line",
    "X02RE92P80D<<9506158F2804202<<<<<<<<<<<<<<08",
    "X02RE92P80D<<9506158F2804202<<<<<<<<<<<<<<09",
  ],
];
const VALUES = ROWS.map(([id, value, miss, word = ""]) => [id, value, miss, word] as const);

test("every kind of personal data has values here", () => {
  const kinds = DETECTORS.filter(({ kind }) => kind === "personal").map(({ id }) => id);
  expect([...new Set(VALUES.map(([id]) => id))].sort()).toEqual([...kinds].sort());
});

test.each(VALUES)("%s is found as %s and not as %s", (id, value, miss, word) => {
  const before = word === "" ? "the value " : `the ${word}: `;
  expect(found(`${before}${value}, and more`, id)).toEqual([`${id}: ${value}`]);
  expect(found(`${before}${miss}, and more`, id)).toEqual([]);
  expect(found(JSON.stringify({ [word === "" ? "a" : word]: value }), id)).toEqual([`${id}: ${value}`]);
});

test.each(VALUES.filter(([, , , word]) => word !== ""))(
  "%s is not found as %s without a word that says so",
  (id, value) => {
    expect(found(`the value ${value}, and more`, id)).toEqual([]);
  },
);

test("kinds that one number in ten would satisfy say so, and ask for a word", () => {
  expect(DETECTORS.filter(({ isNoisy }) => isNoisy).map(({ id }) => id)).toEqual([
    "us-social-security-number",
    "us-itin",
    "uk-nhs-number",
    "de-tax-id",
    "nl-bsn",
    "pl-pesel",
    "br-cpf",
    "in-aadhaar",
    "ca-sin",
    "au-tfn",
    "be-national-number",
    "se-personal-number",
    "no-national-number",
    "jp-my-number",
    "za-id-number",
  ]);
});

test("numbers that vendors give out for tests, reserved hosts and file names are nobody's", () => {
  for (const text of [
    "4242 4242 4242 4242",
    "4111-1111-1111-1111",
    "GB29 NWBK 6016 1331 9268 19",
    "ada@example.com",
    "ada@mail.example",
    "logo@2x.png",
    "git@github.com:acme/app.git",
    "https://user:pw@host.acme.com/",
    "react@18.2.0",
    "+1 415 555 0123",
    "078-05-1120",
  ]) {
    expect([text, found(text)]).toEqual([text, []]);
  }
});

test("fractions, versions, times and parts of longer numbers are no persons", () => {
  for (const text of [
    "0.4539578763621486",
    "1764000000000",
    "2026-11-23T12:29:08.123456789Z",
    "45395787636214861234567",
    "10.0.19.45",
    "a4539578763621486",
    "550e8400-e29b-41d4-a716-446655440000",
  ]) {
    expect([text, found(text)]).toEqual([text, []]);
  }
});
