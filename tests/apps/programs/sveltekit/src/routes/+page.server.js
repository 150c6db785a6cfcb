export const actions = {
  default: async ({ request }) => ({ who: (await request.formData()).get('who') }),
};
