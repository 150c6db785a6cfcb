// nginx cannot compare numbers: a duration is compared digit by digit.

/** @returns a regular expression for $request_time, such as 1.250, of at least `ms` */
export function requestTimePattern(ms: number): string {
  const digits = String(ms).padStart(4, '0');
  // As long, and larger from the first digit that differs on; or the same; or longer.
  const larger = Array.from(digits, (digit, index) =>
    digit === '9' ? '' : `${digits.slice(0, index)}[${Number(digit) + 1}-9]${'#'.repeat(digits.length - index - 1)}`,
  );
  const longer = `[1-9]#*${'#'.repeat(digits.length)}`;
  const withPoint = [...larger, digits, longer]
    .filter((pattern) => pattern !== '')
    .map((pattern) => pattern.replace(/((?:\[[^\]]+\]|\d|#){3})$/, '\\.$1').replaceAll('#', '[0-9]'));
  return `^(?:${withPoint.join('|')})$`;
}
