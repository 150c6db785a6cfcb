import isNumber from 'is-number';

export const isCount = (value: unknown): boolean => isNumber(value);
