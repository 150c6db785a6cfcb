export const esModule: string = typeof import.meta.url;
