import { json } from '@sveltejs/kit';

export const GET = ({ url, getClientAddress }) => json({ ip: getClientAddress(), origin: url.origin });
