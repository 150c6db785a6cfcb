export default async function workshop(app) {
    const identity = () => ({ pid: process.pid, worker: Number(process.env.NODE_APP_INSTANCE) });
    app.get('/worker', async () => identity());
    app.get('/slow', (request, reply) => {
        process.stdout.write('slow request began\n');
        setTimeout(() => reply.send(identity()), request.query.ms);
    });
    app.get('/block', async (request) => {
        process.stdout.write('loop is blocked\n');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(request.query.ms));
        return identity();
    });
    app.get('/crash', async () => {
        setImmediate(() => process.exit(9));
        return identity();
    });
    app.post('/echo', async (request) => request.body);
    app.addHook('onClose', async () => {
        process.stdout.write('close hook ran\n');
    });
}
