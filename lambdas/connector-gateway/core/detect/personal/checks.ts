const sum = (digits: string, weights: readonly number[]): number =>
  weights.reduce((total, weight, i) => total + weight * (digits.charCodeAt(i) - 48), 0);

/** A two-digit month and day that exist; months may carry an offset that says the century. */
function isDate(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/** Verhoeff's scheme: multiplication in the dihedral group of order ten. @see https://archive.org/details/errordetectingde00verh */
export function verhoeff(digits: string): boolean {
  const multiply = (a: number, b: number): number =>
    a < 5 ? (b < 5 ? (a + b) % 5 : ((a + b - 5) % 5) + 5) : b < 5 ? ((a - 5 - b + 5) % 5) + 5 : (a - b + 5) % 5;
  const permute = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
  let check = 0;
  for (let i = 0; i < digits.length; i += 1) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    for (let round = 0; round < i % 8; round += 1) digit = permute[digit] ?? 0;
    check = multiply(check, digit);
  }
  return check === 0;
}

/** Areas, groups and serial numbers that the Social Security Administration gives out. */
export function isSsn(digits: string): boolean {
  const [area, group, serial] = [digits.slice(0, 3), digits.slice(3, 5), digits.slice(5)];
  if (area === "000" || area === "666" || area.startsWith("9") || group === "00" || serial === "0000") return false;
  // Printed in advertisements, and on the agency's own sample.
  return !["078051120", "219099999", "123456789", "111111111"].includes(digits);
}

export function isItin(digits: string): boolean {
  const group = Number(digits.slice(3, 5));
  return (
    digits.startsWith("9") &&
    ((group >= 50 && group <= 65) || (group >= 70 && group <= 99 && group !== 89 && group !== 93))
  );
}

export function isNhsNumber(digits: string): boolean {
  const check = (11 - (sum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return check !== 10 && check === Number(digits[9]);
}

/** One digit of the first ten twice or three times, then ISO 7064 mod 11, 10. */
export function isGermanTaxId(digits: string): boolean {
  const first = digits.slice(0, 10);
  const most = Math.max(...[...first].map((digit) => first.split(digit).length - 1));
  if (first.startsWith("0") || most < 2 || most > 3) return false;
  let product = 10;
  for (const digit of first) {
    const total = (Number(digit) + product) % 10;
    product = ((total === 0 ? 10 : total) * 2) % 11;
  }
  return (11 - product) % 10 === Number(digits[10]);
}

export function isFrenchNir(text: string): boolean {
  const digits = text.toUpperCase().replace("2A", "19").replace("2B", "18");
  return 97 - Number(BigInt(digits.slice(0, 13)) % 97n) === Number(digits.slice(13));
}

const DNI = "TRWAGMYFPDXBNJZSQVHLCKE";

export function isSpanishId(text: string): boolean {
  const upper = text.toUpperCase().replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter)));
  return DNI[Number(upper.slice(0, 8)) % 23] === upper[8];
}

export function isBsn(digits: string): boolean {
  return sum(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !/^0{3}/.test(digits);
}

const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

export function isCodiceFiscale(text: string): boolean {
  const upper = text.toUpperCase();
  let total = 0;
  for (let i = 0; i < 15; i += 1) {
    const code = upper.charCodeAt(i);
    const value = code < 65 ? code - 48 : code - 65;
    total += i % 2 === 0 ? (ODD[value] ?? 0) : value;
  }
  return upper.charCodeAt(15) - 65 === total % 26;
}

export function isPesel(digits: string): boolean {
  const check = (10 - (sum(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10;
  return check === Number(digits[10]) && isDate(Number(digits.slice(2, 4)) % 20, Number(digits.slice(4, 6)));
}

export function isCpf(digits: string): boolean {
  const digit = (weights: readonly number[]): number => ((sum(digits, weights) * 10) % 11) % 10;
  if (/^(.)\1+$/.test(digits)) return false;
  return (
    digit([10, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(digits[9]) &&
    digit([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(digits[10])
  );
}

export function isTfn(digits: string): boolean {
  return sum(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && !/^(.)\1+$/.test(digits);
}

export function isBelgianNumber(digits: string): boolean {
  const check = Number(digits.slice(9));
  const rest = (prefix: string): number => 97 - (Number(prefix + digits.slice(0, 9)) % 97);
  return (
    isDate(Number(digits.slice(2, 4)) % 20 || 1, Number(digits.slice(4, 6)) || 1) &&
    (rest("") === check || rest("2") === check)
  );
}

/** EAN-13, as the Swiss number has it. */
export function isAhv(digits: string): boolean {
  return (10 - (sum(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === Number(digits[12]);
}

export function isNorwegianNumber(digits: string): boolean {
  const first = (11 - (sum(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
  const second = (11 - (sum(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return first === Number(digits[9]) && second === Number(digits[10]);
}

export function isFinnishCode(text: string): boolean {
  const upper = text.toUpperCase();
  const number = Number(upper.slice(0, 6) + upper.slice(7, 10));
  return (
    isDate(Number(upper.slice(2, 4)), Number(upper.slice(0, 2))) &&
    "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31] === upper[10]
  );
}

export function isChineseId(text: string): boolean {
  const check = "10X98765432"[sum(text, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11];
  return check === text.toUpperCase()[17] && isDate(Number(text.slice(10, 12)), Number(text.slice(12, 14)));
}

export function isKoreanNumber(digits: string): boolean {
  const check = (11 - (sum(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10;
  return check === Number(digits[12]) && isDate(Number(digits.slice(2, 4)), Number(digits.slice(4, 6)));
}

export function isMyNumber(digits: string): boolean {
  const rest = sum(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest <= 1 ? 0 : 11 - rest) === Number(digits[11]);
}

export function isNric(text: string): boolean {
  const upper = text.toUpperCase();
  const total = sum(upper.slice(1), [2, 7, 6, 5, 4, 3, 2]) + (/^[TG]/.test(upper) ? 4 : 0);
  const letters = /^[ST]/.test(upper) ? "JZIHGFEDCBA" : "XWUTRQPNMLK";
  return letters[total % 11] === upper[8];
}

export function isCurp(text: string): boolean {
  const alphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
  const upper = text.toUpperCase();
  let total = 0;
  for (let i = 0; i < 17; i += 1) total += alphabet.indexOf(upper[i] ?? "") * (18 - i);
  return (
    (10 - (total % 10)) % 10 === Number(upper[17]) && isDate(Number(upper.slice(6, 8)), Number(upper.slice(8, 10)))
  );
}

/** Four check digits of a machine-readable zone's second line, weights 7, 3, 1. */
export function isPassportLine(text: string): boolean {
  const digit = (part: string): number =>
    [...part].reduce((total, letter, i) => {
      const value = letter === "<" ? 0 : Number.parseInt(letter, 36);
      return total + value * ([7, 3, 1][i % 3] ?? 0);
    }, 0) % 10;
  const holds = (from: number, to: number): boolean => digit(text.slice(from, to)) === Number(text[to]);
  return (
    holds(0, 9) &&
    holds(13, 19) &&
    holds(21, 27) &&
    digit(text.slice(0, 10) + text.slice(13, 20) + text.slice(21, 43)) === Number(text[43])
  );
}

/** Ranges of the networks' numbers with the lengths that they use. */
export function isCardRange(digits: string): boolean {
  const { length } = digits;
  const four = Number(digits.slice(0, 4));
  if (digits.startsWith("4")) return length === 16 || length === 19;
  if ((four >= 5100 && four <= 5599) || (four >= 2221 && four <= 2720)) return length === 16;
  if (/^3[47]/.test(digits)) return length === 15;
  if (/^3(?:0[0-5]|[689])/.test(digits)) return length === 14;
  if (four === 6011 || (four >= 6440 && four <= 6599)) return length === 16 || length === 19;
  if (four >= 3528 && four <= 3589) return length === 16;
  return digits.startsWith("62") && length >= 16 && length <= 19;
}

export const hasShortDate = (digits: string): boolean =>
  isDate(Number(digits.slice(2, 4)), Number(digits.slice(4, 6)) % 60);
