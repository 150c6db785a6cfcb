const helloSchema = {
    querystring: {
        type: 'object',
        properties: { name: { type: 'string', minLength: 1, maxLength: 50, default: 'world' } },
    },
    response: {
        200: {
            type: 'object',
            properties: { hello: { type: 'string' }, worker: { type: 'integer' } },
        },
    },
};
export default async function app(app) {
    app.get('/api/hello', { schema: helloSchema }, async (request) => ({
        hello: request.query.name,
        worker: Number(process.env.NODE_APP_INSTANCE ?? 0),
    }));
}
