// nginx cannot compare numbers: they are compared digit by digit.

/** @returns a regular expression for $request_time, such as 1.250, of at least `ms` */
export function requestTimePattern(ms: number): string {
  const withPoint = patternsOfAtLeast(String(ms).padStart(4, '0')).map((pattern) =>
    pattern.replace(/((?:\[[^\]]+\]|\d|#){3})$/, '\\.$1'),
  );
  return `^(?:${withPoint.map(anyDigit).join('|')})$`;
}

/** @returns a regular expression for whole numbers of at least `min` */
export function atLeastPattern(min: number): string {
  return `(?:${patternsOfAtLeast(String(min)).map(anyDigit).join('|')})`;
}

/** @returns patterns in which `#` stands for any digit */
function patternsOfAtLeast(digits: string): string[] {
  // As long, and larger from the first digit that differs on; or the same; or longer.
  const larger = Array.from(digits, (digit, index) =>
    digit === '9' ? '' : `${digits.slice(0, index)}[${Number(digit) + 1}-9]${'#'.repeat(digits.length - index - 1)}`,
  );
  return [...larger, digits, `[1-9]#*${'#'.repeat(digits.length)}`].filter((pattern) => pattern !== '');
}

function anyDigit(pattern: string): string {
  return pattern.replaceAll('#', '[0-9]');
}
