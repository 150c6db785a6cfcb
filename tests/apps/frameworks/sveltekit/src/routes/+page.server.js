// A form action, as https://svelte.dev/docs/kit/form-actions begins: refused where SvelteKit takes its origin for another.
export const actions = {
  default: async ({ request, url }) => ({ name: (await request.formData()).get('name'), origin: url.origin }),
};
