export const aliased = (): string => 'by tsconfig paths';
