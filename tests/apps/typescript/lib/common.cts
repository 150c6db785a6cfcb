export const commonJs: string = typeof __dirname;
